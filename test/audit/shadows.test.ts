import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ShadowOrder, trainShadows } from '../../src/audit/shadows.ts';
import { makePlan } from '../../src/training/plan.ts';
import { makeSubject } from '../../src/training/subject.ts';
import { assignUnits } from '../../src/training/units.ts';
import { poolRow, runtime, slices, smallSet } from '../training/small-set.ts';

const [N, M] = [24, 8];
const { features, labels } = smallSet(N, slices[0]!);
const rows = Array.from({ length: N }, (_, row) =>
  poolRow(`row ${row}`, { label: labels[row]!, ...(row === 23 ? { split: 'holdout' } : {}) }),
);
const units = assignUnits(rows, rows.map(() => null), []); // biome-ignore format: one call
const subject = makeSubject(rows, units, { values: features, width: 3 }, 'classification');
const plan = makePlan(
  { task: 'classification', width: 3, classes: 3, trainingRows: N },
  { nonce: 'n', membershipKey: 'k', models: M, budgetSeconds: 60, epochs: 3 },
);
const train = (order: Partial<ShadowOrder> = {}) =>
  trainShadows({ subject, plan, runtime }, { name: 'some', seed: 'seed', models: M, ...order });
const column = ({ inside, rows: width }: { inside: Uint8Array; rows: number }, row: number) => [
  ...inside.filter((_, cell) => cell % width === row),
];
const all = (bit: 0 | 1) => Array.from({ length: M }, () => bit);

test('rows of equal seeds have equal bits, whatever is added behind them; a holdout never trains', async () => {
  const plain = await train();
  const poisoned = await train({ extra: [{ copyOf: 0, label: 1, trained: 'always' }] });
  const other = await train({ seed: 'other' });
  for (let row = 0; row < N; row++) assert.deepEqual(column(plain, row), column(poisoned, row));
  assert.deepEqual(column(plain, 23), all(0));
  const columns = (ensemble: typeof plain) => Array.from({ length: 23 }, (_, row) => column(ensemble, row).join(''));
  assert.notDeepEqual(columns(plain), columns(other));
  assert.ok(new Set(columns(plain)).size > 15, 'bits of unlike rows are unlike');
  assert.deepEqual(await train(), plain);
});

test('an added row that never trains changes no model: it is only asked about', async () => {
  const plain = await train();
  const asked = await train({ extra: [{ copyOf: 3, label: rows[3]!.label!, trained: 'never' }] });
  for (let model = 0; model < M; model++) {
    assert.deepEqual(
      asked.phi.slice(model * (N + 1), model * (N + 1) + N),
      plain.phi.slice(model * N, (model + 1) * N),
    );
    assert.equal(asked.phi[model * (N + 1) + N], plain.phi[model * N + 3], 'a copy is answered like its row');
  }
});

test('added rows train in all, in a fair half, in none, or where they are told to; with features of their own', async () => {
  const bits = Uint8Array.from({ length: M }, (_, model) => Number(model < 3));
  const extra = (['always', 'half', 'never', bits] as const).map((trained) => ({ copyOf: 1, label: 0, trained }));
  const ensemble = await train({
    extra: [...extra, { copyOf: 1, label: 0, trained: 'never', features: Float32Array.of(9, 9, 9) }],
  });
  const added = [0, 1, 2, 3].map((index) => column(ensemble, N + index));
  assert.deepEqual([added[0], added[2], added[3]], [all(1), all(0), [...bits]]);
  const half = await train({
    models: 64,
    extra: Array.from({ length: 20 }, () => ({ copyOf: 1, label: 0, trained: 'half' as const })),
  });
  const ones = Array.from({ length: 20 }, (_, index) => column(half, N + index))
    .flat()
    .filter(Boolean).length;
  assert.ok(Math.abs(ones - 640) < 4 * Math.sqrt(320), `${ones} of 1280`);
  assert.notEqual(ensemble.phi[N + 2], ensemble.phi[N + 4], 'other features, another answer');
});

test('rows are left out, always in, given bits, and taught another label', async () => {
  const given = Uint8Array.from({ length: M }, (_, model) => model % 2);
  const ensemble = await train({ without: new Set([0]), always: new Set([1, 23]), bits: new Map([[2, given]]) });
  assert.deepEqual([0, 1, 2, 23].map((row) => column(ensemble, row)), [all(0), all(1), [...given], all(0)]); // biome-ignore format: one idea
  const wrong = (rows[1]!.label! + 1) % 3;
  const taught = await train({
    always: new Set([1]),
    relabelled: new Map([[1, wrong]]),
    recipe: { ...plan.recipe, epochs: 40 },
  });
  const asWrong = await train({
    always: new Set([1]),
    recipe: { ...plan.recipe, epochs: 40 },
    extra: [{ copyOf: 1, label: wrong, trained: 'never' }],
  });
  const mean = (values: Float32Array, row: number, width: number) =>
    values.filter((_, cell) => cell % width === row).reduce((sum, one) => sum + one, 0) / M;
  assert.ok(mean(taught.phi, 1, N) > mean(asWrong.phi, N, N + 1) + 1, 'it believes what it was taught');
});
