import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadOnnxruntime, makeRuntime } from '../../src/adapters/onnxruntime.ts';
import { UserError } from '../../src/errors.ts';
import { runTrunk, type TrunkInput } from '../../src/features/trunk.ts';
import { makeBuilder } from '../../src/onnx/builder.ts';
import type { Graph } from '../../src/onnx/graph.ts';

const runtime = makeRuntime(loadOnnxruntime(), { threads: 1, kind: 'native' });

/** Twice the first input plus the second, cast. */
const trunk = (batch: number): Graph => {
  const build = makeBuilder('t_');
  const second = build.add('Cast', ['ids'], { to: 1 });
  const out = build.add('Add', [build.add('Mul', ['x', build.scalar(2)]), second]);
  return build.graph(
    'trunk',
    [
      { name: 'x', type: 'float32', shape: [batch, 3] },
      { name: 'ids', type: 'int64', shape: [batch, 1] },
    ],
    [{ name: out, type: 'float32', shape: [batch, 3] }],
  );
};
const inputsOf = (fill = (at: number) => at): TrunkInput[] => [
  {
    ...{ name: 'x', type: 'float32', row: [3] },
    read: (start, count) => Float32Array.from({ length: count * 3 }, (_, at) => fill(3 * start + at)),
  },
  {
    ...{ name: 'ids', type: 'int64', row: [1] },
    read: async (start, count) => BigInt64Array.from({ length: count }, (_, at) => BigInt(100 * (start + at))),
  },
];

for (const rows of [0, 1, 64, 150])
  test(`${rows} rows run through the trunk, each as it would alone`, async () => {
    const told: number[] = [];
    const at = { graph: trunk, inputs: inputsOf(), rows, width: 3, runtime };
    const found = await runTrunk(at, (share) => void told.push(share));
    const expected = Array.from({ length: rows * 3 }, (_, cell) => 2 * cell + 100 * Math.floor(cell / 3));
    assert.deepEqual(Array.from(found), expected);
    assert.deepEqual(told.at(-1), rows === 0 ? undefined : 1);
  });

test('inputs are read batch by batch, no row twice but at the end', async () => {
  const asked: [number, number][] = [];
  const inputs = inputsOf().map(
    (input): TrunkInput => ({
      ...input,
      read(start, count) {
        asked.push([start, count]);
        return input.read(start, count);
      },
    }),
  );
  await runTrunk({ graph: trunk, rows: 150, width: 3, runtime, inputs });
  assert.deepEqual(asked.filter((_, call) => call % 2 === 0), [[0, 64], [64, 64], [86, 64]]); // biome-ignore format: one idea
});

test('answers that are not finite, or of another size, are refused', async () => {
  const at = { graph: trunk, rows: 2, width: 3, runtime };
  await assert.rejects(runTrunk({ ...at, inputs: inputsOf(() => Number.POSITIVE_INFINITY) }), /not finite/);
  await assert.rejects(runTrunk({ ...at, inputs: inputsOf(), width: 4 }), /gives 6 values at t_Add_\d+, expected 8/);
});

test('a model that onnxruntime does not take is refused by its reason, not called a bug', async () => {
  const at = { rows: 2, width: 3, runtime, inputs: inputsOf().slice(0, 1) };
  const graph = (op: string, more: readonly string[], attributes: Readonly<Record<string, number>>) => (): Graph => {
    const build = makeBuilder('t_');
    const out = build.add(op, ['x', ...more.map(() => build.ints([7, 7]))], attributes);
    return build.graph(
      'trunk',
      [{ name: 'x', type: 'float32', shape: [2, 3] }],
      [{ name: out, type: 'float32', shape: [] }],
    );
  };
  const refusal = (reason: RegExp) => (error: unknown) => {
    assert.ok(error instanceof UserError && error.code === 'onnx-does-not-run');
    assert.match(error.message, reason);
    return true;
  };
  await assert.rejects(runTrunk({ ...at, graph: graph('Relu', [], { strange: 1 }) }), refusal(/attribute: strange/));
  await assert.rejects(runTrunk({ ...at, graph: graph('Expand', ['shape'], {}) }), refusal(/Expand/));
});
