import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initialWeights } from '../../src/training/parameter.ts';
import {
  describePlan,
  ENSEMBLES,
  ensembleFlops,
  makePlan,
  PLANNED_SHARE,
  type Plan,
  REFERENCE_RATE,
  type Sizes,
} from '../../src/training/plan.ts';
import { cosineRate, epochsFor, type Recipe } from '../../src/training/recipe.ts';
import { type BuiltInSlice, describeSlice, flopsPerRow, parametersOf } from '../../src/training/slice.ts';

const sizes: Sizes = { task: 'classification', width: 446, classes: 30, trainingRows: 5010 };
const limits = { nonce: 'n', membershipKey: 'k', models: 64, budgetSeconds: 300, epochs: 'auto' as const };
const plan = (size: Partial<Sizes> = {}, limit: Partial<typeof limits> | { epochs: number } = {}) =>
  makePlan({ ...sizes, ...size }, { ...limits, ...limit }) as Plan & { readonly slice: BuiltInSlice };

test('the widest slice that fits the budget is taken, and the whole fits', () => {
  assert.deepEqual(plan().slice, { kind: 'mlp', task: 'classification', width: 446, hidden: 96, outputs: 30 });
  const found = new Set<string>();
  for (const budgetSeconds of [1, 5, 20, 40, 80, 300, 900]) {
    const { slice, recipe, models } = plan({}, { budgetSeconds });
    found.add(`${slice.kind} ${slice.hidden}`);
    const seconds = (ENSEMBLES * ensembleFlops(slice, recipe.epochs, 5010, models)) / REFERENCE_RATE;
    if (slice.kind === 'mlp') assert.ok(seconds <= budgetSeconds * PLANNED_SHARE);
    const hidden = [32, 64, 96, 128].find((width) => width > slice.hidden) ?? 0;
    const wider: BuiltInSlice = { ...slice, kind: 'mlp', hidden };
    if (slice.hidden < 128)
      assert.ok(
        (ENSEMBLES * ensembleFlops(wider, recipe.epochs, 5010, models)) / REFERENCE_RATE >
          budgetSeconds * PLANNED_SHARE,
      );
  }
  assert.ok(found.has('softmax 0') && found.has('mlp 128') && found.size >= 3, [...found].join(', '));
});

test('tasks and sizes have their recipe; given epochs are kept', () => {
  assert.equal(plan().recipe.batch, 128);
  assert.equal(plan({ trainingRows: 999 }).recipe.batch, 64);
  assert.equal(plan({}, { epochs: 7 }).recipe.epochs, 7);
  const regression = plan({ task: 'regression', classes: 0 });
  assert.deepEqual([regression.slice.task, regression.slice.outputs], ['regression', 1]);
  assert.deepEqual(plan(), plan());
});

test('epochs: about 480 steps, at least 10 epochs, at most 60', () => {
  assert.equal(epochsFor(5010, 128), 24);
  assert.equal(epochsFor(10, 64), 60);
  assert.equal(epochsFor(0, 64), 60);
  assert.equal(epochsFor(1_000_000, 128), 10);
  for (let rows = 1; rows < 200_000; rows = Math.ceil(rows * 1.3)) {
    const [epochs, more] = [epochsFor(rows, 128), epochsFor(2 * rows, 128)];
    assert.ok(epochs >= 10 && epochs <= 60 && more <= epochs);
    const steps = epochs * Math.max(1, Math.ceil(rows / 2 / 128));
    if (epochs < 60) assert.ok(steps >= 480, `${rows} rows: ${steps} steps`);
  }
});

test('the rate falls from its peak to nearly nothing by a cosine', () => {
  const recipe: Recipe = { optimizer: 'sgd', rate: 0.3, decay: 0, batch: 4, epochs: 1 };
  const rates = Array.from({ length: 101 }, (_, step) => cosineRate(recipe, step, 100));
  assert.equal(rates[0], 0.3);
  assert.ok(Math.abs(rates[50]! - 0.15) < 1e-12 && Math.abs(rates[100]!) < 1e-12);
  assert.ok(rates.every((rate, step) => step === 0 || rate < rates[step - 1]!));
});

test('operations are counted over three matrix products a layer, less the input gradient nobody needs', () => {
  assert.equal(flopsPerRow({ kind: 'softmax', task: 'classification', width: 10, hidden: 0, outputs: 3 }), 4 * 10 * 3);
  const mlp: BuiltInSlice = { kind: 'mlp', task: 'classification', width: 10, hidden: 5, outputs: 3 };
  assert.equal(flopsPerRow(mlp), 4 * 10 * 5 + 6 * 5 * 3);
  assert.equal(ensembleFlops(mlp, 2, 100, 8), (flopsPerRow(mlp) * 2 * 100 * 8) / 2);
});

test('initial weights: within their bound, centred, a function of key and place alone', () => {
  const slice: BuiltInSlice = { kind: 'mlp', task: 'classification', width: 40, hidden: 30, outputs: 3 };
  const parameters = parametersOf(slice);
  assert.deepEqual(
    parameters.map(({ name, shape }) => [name, ...shape]),
    [
      ['hidden_weight', 40, 30],
      ['hidden_bias', 1, 30],
      ['output_weight', 30, 3],
      ['output_bias', 1, 3],
    ],
  );
  const [hidden, bias, output] = parameters;
  const bound = Math.sqrt(6 / 70);
  const weights = initialWeights(hidden!, 0, [1, 2]);
  const [one, two] = [weights.subarray(0, 1200), weights.subarray(1200)];
  assert.deepEqual(initialWeights(hidden!, 0, [2]), two);
  assert.notDeepEqual(one, two);
  assert.ok(weights.every((weight) => Math.abs(weight) <= bound));
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / 2400;
  const square = weights.reduce((sum, weight) => sum + weight ** 2, 0) / 2400;
  assert.ok(Math.abs(mean) < (4 * bound) / Math.sqrt(3 * 2400));
  assert.ok(Math.abs(square / (bound ** 2 / 3) - 1) < 0.1);
  assert.ok(initialWeights(bias!, 1, [1, 2]).every((weight) => weight === 0));
  assert.notDeepEqual(initialWeights(output!, 2, [1]).subarray(0, 9), one.subarray(0, 9));
});

test('a plan says in words what is trained', () => {
  assert.equal(describePlan(plan()), 'built-in classifier: MLP 446-96-30, 24 epochs of sgd');
  const linear = describeSlice({ kind: 'softmax', task: 'regression', width: 4, hidden: 0, outputs: 1 });
  assert.equal(linear, 'built-in regression: linear 4-1');
});
