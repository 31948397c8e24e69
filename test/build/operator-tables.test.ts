import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { onnxOperators } from '../../build/onnx-operators.ts';
import { operatorState, states, withOperators } from '../../build/operator-tables.ts';
import { OPSET } from '../../src/onnx/encode.ts';
import { SLICE_OPS } from '../../src/onnx/schema.ts';
import { NEWEST_READ, upgrades } from '../../src/onnx/upgrade.ts';
import { writers } from '../../src/onnx/write-out.ts';
import { runGraph } from '../onnx/run-graph.ts';

const page = readFileSync(new URL('../../docs/ops.md', import.meta.url), 'utf8');

test('the tables of docs/ops.md are those of the code (node build/operator-tables.ts)', () => {
  assert.equal(withOperators(page), page);
  assert.throws(() => withOperators('# no tables'), /has no place/);
});

test('every operator of the domain has one state, and at least 85 have a rule', () => {
  assert.equal(onnxOperators.length, 200);
  assert.equal(new Set(onnxOperators.map(([op]) => op)).size, 200);
  const of = (state: string) => states.filter((each) => each.state === state).map(({ op }) => op);
  assert.ok(of('rule').length >= 85);
  assert.deepEqual(of('written out').sort(), [...Object.keys(writers), 'Upsample'].sort());
  const [conv, grown] = [operatorState(['Conv', 1]), operatorState(['Conv', NEWEST_READ + 1])];
  assert.deepEqual([conv.state, grown.state], ['rule', 'not read']);
});

test('the list of operators holds all that the code knows', () => {
  const known = new Map(onnxOperators);
  for (const op of [...SLICE_OPS, ...Object.keys(upgrades), ...Object.keys(writers)])
    assert.ok(known.get(op)! <= OPSET, op);
});

test('the runtime knows the newest set that is read, and none after it', async () => {
  const shape = [2];
  const graph = {
    ...{ name: 'g', initializers: [], inputs: [{ name: 'x', type: 'float32' as const, shape }] },
    nodes: [{ op: 'Relu', domain: '', inputs: ['x'], outputs: ['y'], attributes: {} }],
    outputs: [{ name: 'y', type: 'float32' as const, shape }],
  };
  const run = (opset: number) =>
    runGraph(
      graph,
      { x: { type: 'float32', shape, data: Float32Array.of(-1, 2) } },
      { opsets: { '': opset }, irVersion: 10 },
    );
  assert.deepEqual((await run(NEWEST_READ)).y, Float32Array.of(0, 2));
  await assert.rejects(run(NEWEST_READ + 1), /only \*guarantees\* support/);
});
