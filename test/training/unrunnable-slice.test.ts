import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../src/errors.ts';
import { makeBuilder } from '../../src/onnx/builder.ts';
import { float32 } from '../../src/onnx/graph.ts';
import { candidatesOf, makeModelSlice } from '../../src/training/cut-model.ts';
import { type TrainingSet, trainGroup } from '../../src/training/group.ts';
import type { Recipe } from '../../src/training/recipe.ts';
import { runtime } from './small-set.ts';

const ROWS = 6;

/** Two classes by a Gemm, its bias added by a node with an attribute that no Add has. */
function strangeSlice() {
  const build = makeBuilder('');
  const product = build.add('Gemm', ['x', build.constant(float32('w', [2, 2], [1, 0, 0, 1]))]);
  const output = build.add('Add', [product, build.constant(float32('b', [2], [0, 0]))], { strange: 1 });
  const value = (name: string) => ({ name, type: 'float32' as const, shape: ['batch', 2] });
  const graph = build.graph('strange', [value('x')], [value(output)]);
  const model = { graph, rows: { x: [2] }, output, hash: 'h' };
  return makeModelSlice(model, candidatesOf(model)[0]!, { task: 'classification', outputs: 2 });
}

test('a slice that onnxruntime does not take is laid to the model, with the reason', async () => {
  const set: TrainingSet = {
    features: Float32Array.from({ length: 2 * ROWS }, (_, at) => at % 3),
    width: 2,
    labels: Float64Array.from({ length: ROWS }, (_, row) => row % 2),
    rowKeys: Uint32Array.from({ length: ROWS }, (_, row) => row),
  };
  const recipe: Recipe = { optimizer: 'sgd', rate: 0.1, decay: 0, batch: 3, epochs: 1 };
  const inside = new Uint8Array(ROWS).fill(1);
  const training = trainGroup({ set, slice: strangeSlice(), recipe, runtime, modelKeys: [1], inside }, () => {});
  await assert.rejects(training, (error: unknown) => {
    assert.ok(error instanceof UserError && error.code === 'onnx-does-not-run', String(error));
    assert.match(error.message, /attribute: strange/);
    return true;
  });
});

test('what onnxruntime does not take in the built-in slice is no fault of a model: a bug', async () => {
  const slice = { kind: 'mlp', task: 'classification', width: 3, hidden: 4, outputs: 2 } as const;
  const set = { features: new Float32Array(2 * ROWS), width: 2, labels: new Float64Array(ROWS), rowKeys: new Uint32Array(ROWS) }; // biome-ignore format: one idea
  const recipe: Recipe = { optimizer: 'sgd', rate: 0.1, decay: 0, batch: 3, epochs: 1 };
  const inside = new Uint8Array(ROWS).fill(1);
  const training = trainGroup({ set, slice, recipe, runtime, modelKeys: [1], inside }, () => {});
  await assert.rejects(training, (error: unknown) => !(error instanceof UserError));
});
