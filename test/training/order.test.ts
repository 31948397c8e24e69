import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hash32 } from '../../src/tensor/random.ts';
import { epochBatches } from '../../src/training/order.ts';

const modelKeys = [5, 6, 7];
const M = modelKeys.length;

/** Each model's rows in training order, as their keys. */
function orders(rowKeys: readonly number[], member: (row: number, model: number) => boolean, epoch = 0, batch = 4) {
  const N = rowKeys.length;
  const inside = Uint8Array.from({ length: M * N }, (_, cell) => (member(cell % N, Math.floor(cell / N)) ? 1 : 0));
  const { steps, rows, weights } = epochBatches({
    inside,
    rowKeys: Uint32Array.from(rowKeys),
    modelKeys,
    epoch,
    batch,
  });
  assert.equal(rows.length, steps * M * batch);
  assert.equal(weights.length, rows.length);
  return modelKeys.map((_, model) => {
    const order: number[] = [];
    for (let step = 0; step < steps; step++)
      for (let i = 0; i < batch; i++) {
        const at = (step * M + model) * batch + i;
        if (weights[at]) order.push(rowKeys[rows[at]!]!);
      }
    return order;
  });
}

const keys = Array.from({ length: 41 }, (_, row) => hash32(row, 1));
const half = (key: number, model: number) => (hash32(key, model, 2) & 1) === 1;

test('each model trains on just its own rows, each once, full batches first', () => {
  const found = orders(keys, (row, model) => half(keys[row]!, model));
  for (const [model, order] of found.entries())
    assert.deepEqual([...order].sort(), keys.filter((key) => half(key, model)).sort());
  const { steps, weights } = epochBatches({
    inside: Uint8Array.of(1, 1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0),
    rowKeys: Uint32Array.from([1, 2, 3, 4, 5]),
    modelKeys,
    epoch: 0,
    batch: 4,
  });
  assert.equal(steps, 2);
  assert.deepEqual(Array.from(weights), [1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
});

test('a row that is added, removed or moved in the file moves no other row past another', () => {
  const base = orders(keys, (row, model) => half(keys[row]!, model));
  const added = [12345, ...keys.slice(0, 20), 999, ...keys.slice(20)];
  const more = orders(added, (row, model) => !keys.includes(added[row]!) || half(added[row]!, model));
  for (const model of modelKeys.keys()) {
    assert.deepEqual(more[model]!.filter((key) => keys.includes(key)), base[model]); // biome-ignore format: one idea
    assert.equal(more[model]!.length, base[model]!.length + 2);
  }
  const turned = [...keys].reverse();
  assert.deepEqual(
    orders(turned, (row, model) => half(turned[row]!, model)),
    base,
  );
});

test('epochs and models have orders of their own, the same on every run', () => {
  const all = () => true;
  const [first, second] = [orders(keys, all, 0), orders(keys, all, 1)];
  assert.deepEqual(orders(keys, all, 0), first);
  assert.notDeepEqual(first[0], second[0]);
  assert.notDeepEqual(first[0], first[1]);
});

test('each row is as likely to come early as late', () => {
  const sums = new Float64Array(keys.length);
  const epochs = 400;
  for (let epoch = 0; epoch < epochs; epoch++)
    orders(keys, () => true, epoch)[0]!.forEach((key, position) => {
      sums[keys.indexOf(key)]! += position;
    });
  // Mean place of a uniform order is 20, its standard error 11.8/20.
  for (const sum of sums) assert.ok(Math.abs(sum / epochs - 20) < 5 * 0.6, `mean place ${sum / epochs}`);
});

test('a group in which nobody trains still has one step of padding', () => {
  const { steps, weights } = epochBatches({
    inside: new Uint8Array(6),
    rowKeys: Uint32Array.of(1, 2),
    modelKeys,
    epoch: 0,
    batch: 2,
  });
  assert.equal(steps, 1);
  assert.ok(weights.every((weight) => weight === 0));
});

test('of very many rows the last ones are still themselves; more than can be told apart are refused', () => {
  const most = 2 ** 21;
  const at = (N: number) => {
    const inside = new Uint8Array(N);
    for (const row of [0, 2 ** 20, N - 1]) inside[row] = 1;
    const rowKeys = new Uint32Array(N);
    rowKeys.set([0xffff_ffff], N - 1);
    return epochBatches({ inside, rowKeys, modelKeys: [5], epoch: 0, batch: 3 });
  };
  assert.deepEqual(
    Array.from(at(most).rows).sort((a, b) => a - b),
    [0, 2 ** 20, most - 1],
  );
  assert.throws(() => at(most + 1), { code: 'too-many-rows' });
});
