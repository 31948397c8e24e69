import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InputGradients } from '../../src/evidence/gradients.ts';
import { float32, type Graph } from '../../src/onnx/graph.ts';
import { hash32, randomSequence } from '../../src/tensor/random.ts';
import { type CutModel, candidatesOf, makeModelSlice } from '../../src/training/cut-model.ts';
import type { Weights } from '../../src/training/group.ts';
import { gatherGradients, inputGradients, releasedGradients } from '../../src/training/input-gradients.ts';
import type { ModelSlice } from '../../src/training/model-slice.ts';
import { initialWeights } from '../../src/training/parameter.ts';
import { parametersOf, type Slice } from '../../src/training/slice.ts';
import { makeSubject } from '../../src/training/subject.ts';
import { assignUnits } from '../../src/training/units.ts';
import { testOnProviders } from './providers.ts';
import { poolRow, runtime, slices, smallSet } from './small-set.ts';

const N = 40;
const [mlp, softmax] = slices;
const set = smallSet(N, mlp!);
const rows = Array.from({ length: 16 }, (_, row) => row);
const weightsOf = (slice: Slice, models: number): Weights =>
  Object.fromEntries(
    parametersOf(slice).map((parameter, index) => [
      parameter.name,
      initialWeights(
        parameter,
        index,
        Array.from({ length: models }, (_, model) => hash32(5, model)),
      ),
    ]),
  );

/** The same by central differences of logits that plain loops give: [M,C,D]. */
function byDifferences(slice: Slice, weights: Weights, models: number): Float64Array {
  const { width: D, outputs: C } = slice;
  const H = slice.kind === 'mlp' ? slice.hidden : 0;
  const layer = (x: readonly number[], name: string, model: number, from: number, to: number) =>
    Array.from({ length: to }, (_, unit) =>
      x.reduce((sum, value, at) => sum + value * weights[`${name}_weight`]![(model * from + at) * to + unit]!, weights[`${name}_bias`]![model * to + unit]!)); // biome-ignore format: one sum
  const logits = (x: readonly number[], model: number) => {
    if (H === 0) return layer(x, 'output', model, D, C);
    const hidden = layer(x, 'hidden', model, D, H).map((value) => Math.max(0, value));
    return layer(hidden, 'output', model, H, C);
  };
  const centred = (values: readonly number[]) => values.map((value) => value - values.reduce((a, b) => a + b) / C);
  const found = new Float64Array(models * C * D);
  const step = 1e-4;
  for (let model = 0; model < models; model++)
    for (const row of rows)
      for (let input = 0; input < D; input++) {
        const x = Array.from(set.features.subarray(row * D, (row + 1) * D));
        const at = (by: number) => centred(logits(x.map((value, index) => value + (index === input ? by : 0)), model)); // biome-ignore format: one idea
        const [up, down] = [at(step), at(-step)];
        for (let c = 0; c < C; c++)
          found[(model * C + c) * D + input]! += (up[c]! - down[c]!) / (2 * step) / rows.length;
      }
  return found;
}

function near({ values }: InputGradients, expected: ArrayLike<number>, limit: number): void {
  assert.equal(values.length, expected.length);
  values.forEach((value, cell) => {
    assert.ok(Math.abs(value - expected[cell]!) <= limit, `cell ${cell}: ${value}, expected ${expected[cell]}`);
  });
}

testOnProviders('input gradients are those of central differences, model by model', async ({ runtime: on, within }) => {
  for (const slice of [mlp!, softmax!]) {
    const weights = weightsOf(slice, 3);
    const found = await inputGradients({ set, slice, runtime: on, weights, models: 3, rows });
    near(found, byDifferences(slice, weights, 3), within(5e-4));
    assert.ok(found.values.some((value) => Math.abs(value) > 0.05));
  }
});

const subject = (labels: readonly (number | null)[]) => {
  const pool = labels.map((label, row) => poolRow(`row ${row}`, { label }));
  return makeSubject(pool, assignUnits(pool, pool.map(() => null), []), { values: set.features, width: 3 }, 'classification'); // biome-ignore format: one call
};

test('those of an ensemble are gathered group by group; a regression has none', async () => {
  const run = { subject: subject(Array.from(set.labels)), plan: { slice: mlp! }, runtime };
  const gathered = gatherGradients(run, 5)!;
  const weights = weightsOf(mlp!, 5);
  const part = (first: number, models: number) =>
    Object.fromEntries(
      Object.entries(weights).map(([name, data]) => {
        const size = data.length / 5;
        return [name, data.slice(first * size, (first + models) * size)];
      }),
    );
  await gathered.each(part(0, 3), { first: 0, models: 3 });
  await gathered.each(part(3, 2), { first: 3, models: 2 });
  const spread = Array.from({ length: 32 }, (_, at) => Math.floor((at * N) / 32));
  const whole = await inputGradients({ set, slice: mlp!, runtime, weights, models: 5, rows: spread });
  near(gathered.gradients, whole.values, 1e-6);
  assert.equal(gatherGradients({ ...run, plan: { slice: slices[2]! } }, 5), null);
});

/** Embeds token ids, or rounds or multiplies floats; then a linear layer. */
function model(kind: 'numbers' | 'tokens' | 'rounded'): CutModel {
  const random = randomSequence(3);
  const drawn = (name: string, shape: readonly number[]) =>
    float32(
      name,
      shape,
      Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal()),
    );
  const node = (op: string, inputs: readonly string[], output: string, attributes = {}) => ({
    ...{ op, domain: '', inputs, outputs: [output], attributes },
  });
  const product = kind === 'rounded' ? [node('Floor', ['x'], 'f'), node('MatMul', ['f', 'a'], 'h')] : [node('MatMul', ['x', 'a'], 'h')]; // biome-ignore format: one choice
  const first = kind !== 'tokens' ? product : [node('Gather', ['a', 'x'], 'e'), node('ReduceMean', ['e', 'one'], 'h', { keepdims: 0 })]; // biome-ignore format: one choice
  const graph: Graph = {
    name: kind,
    inputs: [{ name: 'x', type: kind !== 'tokens' ? 'float32' : 'int64', shape: ['batch', 3] }],
    outputs: [{ name: 'z', type: 'float32', shape: ['batch', 3] }],
    initializers: [drawn('a', [kind !== 'tokens' ? 3 : 9, 4]), drawn('c', [4, 3]), { name: 'one', type: 'int64', shape: [1], data: BigInt64Array.of(1n) }], // biome-ignore format: one list
    nodes: [...first, node('MatMul', ['h', 'c'], 'z')],
  };
  return { graph, rows: { x: [3] }, output: 'z', hash: kind };
}

test("a submitted model's are those of the weights it came with; where token ids come in, there are none", async () => {
  const numbers = model('numbers');
  const order = { task: 'classification', outputs: 3 } as const;
  const whole = (of: CutModel): ModelSlice => makeModelSlice(of, candidatesOf(of).at(-1)!, order);
  const slice = whole(numbers);
  assert.equal(slice.at(1).inputs[0]!.name, 'x');
  const run = { subject: subject(Array.from(set.labels)), plan: { slice }, runtime };
  const found = await releasedGradients(run);
  // Linear: z = x a c, so that dz_c/dx_d is the product's own cell.
  const [a, c] = numbers.graph.initializers.map(({ data }) => data as Float32Array);
  const product = (d: number, own: number) =>
    [0, 1, 2, 3].reduce((sum, h) => sum + a![d * 4 + h]! * c![h * 3 + own]!, 0);
  const expected = Array.from({ length: 9 }, (_, cell) => {
    const [own, d] = [Math.floor(cell / 3), cell % 3];
    return product(d, own) - (product(d, 0) + product(d, 1) + product(d, 2)) / 3;
  });
  near(found!, expected, 1e-4);
  assert.equal(
    await releasedGradients({ ...run, plan: { slice: mlp! } }),
    null,
    'a built-in slice came with no weights',
  );
  const tokens = whole(model('tokens'));
  assert.equal(tokens.at(1).inputs[0]!.type, 'int64');
  assert.equal(await releasedGradients({ ...run, plan: { slice: tokens } }), null);
  assert.equal(await releasedGradients({ ...run, plan: { slice: whole(model('rounded')) } }), null, 'nor behind steps');
});
