import assert from 'node:assert/strict';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Runtime } from '../../src/onnx/runtime.ts';
import { withKernels } from '../../src/onnx/with-kernels.ts';
import { scoringGraph } from '../../src/training/score.ts';
import type { Slice } from '../../src/training/slice.ts';
import { testOnProviders } from './providers.ts';

/** Scores rows under a linear slice whose weights are the identity: the features are the logits. */
async function score(runtime: Runtime, logits: readonly (readonly number[])[], labels: readonly number[]) {
  const C = logits[0]!.length;
  const slice: Slice = { kind: 'softmax', task: 'classification', width: C, hidden: 0, outputs: C };
  const identity = Float32Array.from({ length: C * C }, (_, i) => (i % (C + 1) === 0 ? 1 : 0));
  const session = await runtime.create(
    encodeModel(withKernels(scoringGraph(slice, 1, labels.length), runtime.provider)),
  );
  const outputs = await session.run({
    features: { type: 'float32', shape: [labels.length, C], data: Float32Array.from(logits.flat()) },
    labels: { type: 'int64', shape: [labels.length], data: BigInt64Array.from(labels, BigInt) },
    output_weight: { type: 'float32', shape: [1, C, C], data: identity },
    output_bias: { type: 'float32', shape: [1, 1, C], data: new Float32Array(C) },
  });
  await session.release();
  return { phi: Array.from(outputs.phi as Float32Array), right: Array.from(outputs.right as Float32Array) };
}

testOnProviders('phi is log p - log(1 - p), also where p rounds to 0 or 1', async ({ runtime, within }) => {
  const two = await score(runtime, [[3, -1], [3, -1], [100, -100], [-200, 200], [0, 0]], [0, 1, 0, 0, 1]); // biome-ignore format: one batch
  assert.deepEqual(two.phi, [4, -4, 200, -400, 0]);
  assert.deepEqual(two.right, [1, 0, 1, 0, 0]);
  const three = await score(runtime, [[1, 2, 3], [60, 0, 0], [-60, 0, 0]], [2, 0, 0]); // biome-ignore format: one batch
  const expected = [3 - Math.log(Math.exp(1) + Math.exp(2)), 60 - Math.log(2), -60 - Math.log(2)];
  for (const [index, phi] of three.phi.entries()) assert.ok(Math.abs(phi - expected[index]!) < within(1e-5));
  assert.deepEqual(three.right, [1, 1, 0]);
});

testOnProviders('regression scores minus the squared error', async ({ runtime }) => {
  const slice: Slice = { kind: 'softmax', task: 'regression', width: 1, hidden: 0, outputs: 1 };
  const session = await runtime.create(encodeModel(withKernels(scoringGraph(slice, 2, 2), runtime.provider)));
  const { phi, right } = await session.run({
    features: { type: 'float32', shape: [2, 1], data: Float32Array.of(1, 2) },
    labels: { type: 'float32', shape: [2], data: Float32Array.of(1.5, 2) },
    output_weight: { type: 'float32', shape: [2, 1, 1], data: Float32Array.of(1, 2) },
    output_bias: { type: 'float32', shape: [2, 1, 1], data: Float32Array.of(0, 1) },
  });
  await session.release();
  assert.deepEqual(Array.from(phi as Float32Array), [-0.25, -0, -2.25, -9]);
  assert.deepEqual(Array.from(right as Float32Array), [1, 1, 0, 0]);
});
