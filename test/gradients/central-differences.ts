import assert from 'node:assert/strict';
import { backward } from '../../src/gradients/backward.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Graph } from '../../src/onnx/graph.ts';
import { inferShapes } from '../../src/onnx/infer-shapes.ts';
import type { Feed } from '../../src/onnx/runtime.ts';
import { runtime } from '../onnx/run-graph.ts';

/** Step of the differences: a power of two, so that adding it to a float32 near 1 rounds little. */
const STEP = 2 ** -6;
const WITHIN = 1e-3;
/** What float32 leaves of such a difference where the gradient itself is near zero. */
const NOISE = 2e-4;

/** Float32 values of a graph's inputs, by name. */
export type Point = Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>>;

const feedsOf = (point: Point): Record<string, Feed> =>
  Object.fromEntries(Object.entries(point).map(([name, value]) => [name, { type: 'float32', ...value }]));

/**
 * Compares the gradients that `backward` writes with central differences of fourth order through onnxruntime, in every
 * coordinate. `loss` names a value whose elements are summed; here the sum is in double precision.
 */
export async function agreesWithDifferences(
  graph: Graph,
  { loss, wrt, point, what }: { loss: string; wrt: readonly string[]; point: Point; what: string },
): Promise<void> {
  const { build, gradients } = backward(graph, { loss, wrt });
  const differentiated = build.graph(
    'backward',
    graph.inputs,
    wrt.map((name, index) => ({ name: gradients[index]!, type: 'float32', shape: point[name]!.shape })),
  );
  const backwards = await runtime.create(encodeModel(differentiated));
  const found = await backwards.run(feedsOf(point));
  await backwards.release();
  const output = { name: loss, type: 'float32' as const, shape: inferShapes(graph).get(loss)! };
  const forwards = await runtime.create(encodeModel({ ...graph, outputs: [output] }));
  const lossAt = async (name: string, index: number, move: number) => {
    const data = Float32Array.from(point[name]!.data);
    data[index]! += move;
    const result = await forwards.run(feedsOf({ ...point, [name]: { ...point[name]!, data } }));
    return Float64Array.from(result[loss] as Float32Array).reduce((sum, value) => sum + value, 0);
  };
  try {
    for (const [position, name] of wrt.entries()) {
      const gradient = found[gradients[position]!] as Float32Array;
      assert.equal(gradient.length, point[name]!.data.length, `${what}: the gradient has the shape of ${name}`);
      for (let index = 0; index < gradient.length; index++) {
        const near = (await lossAt(name, index, STEP)) - (await lossAt(name, index, -STEP));
        const far = (await lossAt(name, index, 2 * STEP)) - (await lossAt(name, index, -2 * STEP));
        const expected = (8 * near - far) / (12 * STEP);
        assert.ok(
          Math.abs(gradient[index]! - expected) <= WITHIN * Math.abs(expected) + NOISE,
          `${what}: d/d${name}[${index}] is ${gradient[index]}, differences give ${expected}`,
        );
      }
    }
  } finally {
    await forwards.release();
  }
}
