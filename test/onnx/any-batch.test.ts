import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forAnyBatch } from '../../src/onnx/any-batch.ts';
import { type Graph, int64 } from '../../src/onnx/graph.ts';
import { runGraph } from './run-graph.ts';

const model = (batch: number | string, ...targets: readonly number[][]): Graph => ({
  name: 'g',
  inputs: [{ name: 'x', type: 'float32', shape: [batch, 4] }],
  outputs: [{ name: `y${targets.length}`, type: 'float32', shape: [] }],
  initializers: targets.map((target, at) => int64(`t${at}`, [target.length], target)),
  nodes: [
    { op: 'Relu', domain: '', inputs: ['x'], outputs: ['y0'], attributes: {} },
    ...targets.map((_, at) => ({
      ...{ op: 'Reshape', domain: '', inputs: [`y${at}`, `t${at}`], outputs: [`y${at + 1}`], attributes: {} },
    })),
  ],
});
const run = async (graph: Graph, rows: number) => {
  const data = Float32Array.from({ length: 4 * rows }, (_, at) => at);
  const open = graph.outputs.map((output) => ({ ...output, typeProto: Uint8Array.of(0x0a, 0x02, 0x08, 0x01) }));
  const results = await runGraph({ ...graph, outputs: open }, { x: { type: 'float32', shape: [rows, 4], data } });
  return Array.from(results[graph.outputs[0]!.name] as Float32Array);
};

test('a model of one row runs for several, and gives each what it gave alone', async () => {
  const graph = model(1, [1, 2, 2], [1, -1], [1, 1, 4], [1, 4]);
  assert.deepEqual(await run(graph, 1), [0, 1, 2, 3]);
  await assert.rejects(run(graph, 3));
  const open = forAnyBatch(graph, 'x');
  assert.deepEqual(await run(open, 1), [0, 1, 2, 3]);
  assert.deepEqual(
    await run(open, 3),
    Array.from({ length: 12 }, (_, at) => at),
  );
  assert.equal(forAnyBatch(open, 'x'), open, 'once is enough');
});

test('a model of any number of rows is left as it is', () => {
  for (const batch of ['batch', 5]) {
    const graph = model(batch, [1, -1]);
    assert.equal(forAnyBatch(graph, 'x'), graph);
  }
});
