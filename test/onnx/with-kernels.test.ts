import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeBuilder } from '../../src/onnx/builder.ts';
import type { Graph } from '../../src/onnx/graph.ts';
import { withKernels } from '../../src/onnx/with-kernels.ts';
import { runGraph } from './run-graph.ts';

/** One operator of x [2,3]. */
function graphOf(op: string, attributes: Record<string, number>, axes: readonly number[], shape: number[]): Graph {
  const build = makeBuilder('t_');
  const inputs = axes.length > 0 ? ['x', build.ints(axes)] : ['x'];
  build.put({ op, domain: '', inputs, outputs: ['y'], attributes });
  return build.graph('t', [{ name: 'x', type: 'float32', shape: [2, 3] }], [{ name: 'y', type: 'float32', shape }]);
}

const cases = [
  ['LogSoftmax', {}, [], [2, 3]],
  ['LogSoftmax', { axis: 0 }, [], [2, 3]],
  ['ReduceLogSumExp', { keepdims: 0 }, [-1], [2]],
  ['ReduceLogSumExp', { keepdims: 1 }, [0], [1, 3]],
] as const;
/** Large enough that the exponential of a value is no number. */
const x = Float32Array.of(100, -300, 2, -1e30, 5, 4);

for (const [op, attributes, axes, shape] of cases)
  test(`${op} ${JSON.stringify({ ...attributes, axes })}, written for WebGPU, gives what the operator gives`, async () => {
    const graph = graphOf(op, attributes, axes, [...shape]);
    const written = withKernels(graph, 'webgpu');
    assert.ok(written.nodes.every((node) => node.op !== op));
    const feeds = { x: { type: 'float32' as const, shape: [2, 3], data: x } };
    const [own, other] = [await runGraph(graph, feeds), await runGraph(written, feeds)];
    const [expected, found] = [own.y as Float32Array, other.y as Float32Array];
    assert.equal(found.length, expected.length);
    expected.forEach((value, i) => {
      assert.ok(Math.abs(found[i]! - value) <= 1e-5 * Math.max(1, Math.abs(value)), `${i}: ${found[i]} and ${value}`);
    });
  });

test('graphs for the processor stay as they are; nested graphs are written, too', () => {
  const graph = graphOf('LogSoftmax', {}, [], [2, 3]);
  assert.equal(withKernels(graph, 'cpu'), graph);
  const loop = { op: 'Loop', domain: '', inputs: ['n', ''], outputs: ['z'], attributes: { body: graph } };
  const [node] = withKernels({ ...graph, nodes: [loop] }, 'webgpu').nodes;
  assert.ok((node!.attributes.body as Graph).nodes.every(({ op }) => op !== 'LogSoftmax'));
});

test('the places of MaxPool are refused for WebGPU, wherever they are asked for', () => {
  const pool = { op: 'MaxPool', domain: '', inputs: ['x'], attributes: { kernel_shape: [2] } };
  const graph = (outputs: string[]): Graph => ({ ...graphOf('Relu', {}, [], [2, 3]), nodes: [{ ...pool, outputs }] });
  assert.throws(() => withKernels(graph(['y', 'places']), 'webgpu'), { code: 'device-kernel' });
  assert.doesNotThrow(() => withKernels(graph(['y']), 'webgpu'));
  assert.doesNotThrow(() => withKernels(graph(['y', 'places']), 'cuda'));
});
