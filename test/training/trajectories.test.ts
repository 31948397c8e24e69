import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Feed } from '../../src/onnx/runtime.ts';
import { sizeOf } from '../../src/tensor/shape.ts';
import { scoringGraph } from '../../src/training/score.ts';
import { trainingGraph } from '../../src/training/step.ts';
import { runtime } from './small-set.ts';
import { checksum, STEPS, type Trajectory, told, trajectories } from './trajectories.ts';

type Weights = Record<string, Float32Array>;
const float = (shape: readonly number[], data: Float32Array): Feed => ({ type: 'float32', shape, data });

/** One model, step by step: the loss of each batch before its step, and the weights at the end. */
async function train({ slice, recipe, rates, parameters, features, labels }: Trajectory) {
  const { graph, carried } = trainingGraph(slice, recipe, 1);
  const training = await runtime.create(encodeModel(graph));
  const scoring = await runtime.create(encodeModel(scoringGraph(slice, 1, recipe.batch)));
  const first = new Map(parameters.map(({ name, data }) => [name, data]));
  const shapeOf = new Map(carried.map(({ name, shape }) => [name, shape as number[]]));
  let weights: Weights = Object.fromEntries(
    carried.map(({ name, shape }) => [name, first.get(name) ?? new Float32Array(sizeOf(shape as number[]))]),
  );
  const losses: number[] = [];
  const [B, D] = [recipe.batch, slice.width];
  for (let step = 0; step < STEPS; step++) {
    const own = {
      features: float([B, D], features.subarray(step * B * D, (step + 1) * B * D)),
    } as const;
    const due = labels.subarray(step * B, (step + 1) * B);
    const fed = (name: string) => float(shapeOf.get(name)!, weights[name]!);
    const asked = Object.fromEntries(parameters.map(({ name }) => [name, fed(name)]));
    const { phi } = await scoring.run({
      ...{ ...asked, ...own },
      labels: { type: 'int64', shape: [B], data: BigInt64Array.from(due, BigInt) },
    });
    losses.push((phi as Float32Array).reduce((sum, value) => sum + Math.log1p(Math.exp(-value)), 0) / B);
    const results = await training.run({
      ...own,
      labels: { type: 'int32', shape: [B], data: Int32Array.from(due) },
      ...Object.fromEntries(carried.map(({ name }) => [`${name}_start`, fed(name)])),
      rows: { type: 'int32', shape: [1, 1, B], data: Int32Array.from({ length: B }, (_, row) => row) },
      weights: float([1, 1, B, 1], new Float32Array(B).fill(1)),
      rate: float([1], rates.slice(step, step + 1)),
      first_step: float([], Float32Array.of(step + 1)),
      steps: { type: 'int64', shape: [], data: BigInt64Array.of(1n) },
    });
    weights = Object.fromEntries(carried.map(({ name }) => [name, results[`${name}_end`] as Float32Array]));
  }
  await Promise.all([training.release(), scoring.release()]);
  return { losses, ends: parameters.map(({ name }) => checksum(weights[name]!)) };
}

const WITHIN = 1e-3;
/** A bias that all keys share does not move a softmax: its gradient is rounding alone, which AdamW scales up to steps. */
const MOVED_BY_ROUNDING = 'w/k.bias';
const agrees = (found: number, expected: number) =>
  Math.abs(found - expected) <= WITHIN * Math.max(1, Math.abs(expected));

for (const [index, trajectory] of trajectories().entries())
  test(`${trajectory.name}: ${STEPS} steps are those of PyTorch (node bench/peers/trajectories.ts)`, async () => {
    const expected = told()[index]!;
    assert.equal(expected.name, trajectory.name);
    const found = await train(trajectory);
    for (const [step, loss] of found.losses.entries())
      assert.ok(agrees(loss, expected.losses[step]!), `step ${step}: ${loss}, PyTorch ${expected.losses[step]}`);
    const early = expected.losses.slice(0, 10).reduce((sum, loss) => sum + loss, 0);
    const late = expected.losses.slice(-10).reduce((sum, loss) => sum + loss, 0);
    assert.ok(late < 0.8 * early, 'it has learnt something');
    for (const [place, [sum, squares]] of found.ends.entries()) {
      const [theirSum, theirSquares] = expected.ends[place]!;
      const { name } = trajectory.parameters[place]!;
      if (name === MOVED_BY_ROUNDING && trajectory.recipe.optimizer === 'adamw') continue;
      assert.ok(agrees(sum, theirSum) && agrees(squares, theirSquares), `${name}: ${sum} ${squares}, PyTorch ${theirSum} ${theirSquares}`); // biome-ignore format: one line
    }
    assert.equal(found.ends.length, expected.ends.length);
  });
