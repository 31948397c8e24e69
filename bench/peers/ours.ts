import { makeBuilder } from '../../src/onnx/builder.ts';
import { float32 } from '../../src/onnx/graph.ts';
import type { Runtime } from '../../src/onnx/runtime.ts';
import { hash32, normalAt } from '../../src/tensor/random.ts';
import { sizeOf } from '../../src/tensor/shape.ts';
import { sharedFloats } from '../../src/tensor/shared.ts';
import { candidatesOf, makeModelSlice } from '../../src/training/cut-model.ts';
import { type TrainingSet, trainGroup } from '../../src/training/group.ts';
import { GROUP } from '../../src/training/groups.ts';
import { inLanes } from '../../src/training/lanes.ts';
import type { Recipe } from '../../src/training/recipe.ts';
import type { Slice } from '../../src/training/slice.ts';
import type { Job } from './job.ts';

/** The residual block that the peers train, as a model of somebody's that is cut before it. */
function residualBlock({ channels: C, side, classes }: Job): Slice {
  const build = makeBuilder('n_');
  const drawn = (name: string, ...shape: number[]) =>
    build.constant(
      float32(
        name,
        shape,
        Float32Array.from({ length: sizeOf(shape) }, (_, at) => 0.05 * normalAt(3, at)),
      ),
    );
  const filled = (name: string, value: number) => build.constant(float32(name, [C], new Float32Array(C).fill(value)));
  const convolved = (of: string, x: string) =>
    build.add('BatchNormalization', [
      build.add('Conv', [x, drawn(`${of}.weight`, C, C, 3, 3)], { pads: [1, 1, 1, 1] }),
      ...[filled(`${of}.scale`, 1), filled(`${of}.shift`, 0), filled(`${of}.mean`, 0), filled(`${of}.variance`, 1)],
    ]);
  const inner = build.add('Relu', [convolved('first', 'x')]);
  const block = build.add('Relu', [build.add('Add', ['x', convolved('second', inner)])]);
  const flat = build.add('Flatten', [build.add('GlobalAveragePool', [block])]);
  const bias = build.constant(float32('head.bias', [classes], new Float32Array(classes)));
  const output = build.add('Gemm', [flat, drawn('head.weight', C, classes), bias]);
  const graph = build.graph(
    'block',
    [{ name: 'x', type: 'float32', shape: ['batch', C, side, side] }],
    [{ name: output, type: 'float32', shape: ['batch', classes] }],
  );
  const model = { graph, rows: { x: [C, side, side] }, output, hash: 'block' };
  return makeModelSlice(model, candidatesOf(model).at(-1)!, { task: 'classification', outputs: classes });
}

/** Seconds a model, all of it counted: compiling the graph, drawing weights and batches, and training. */
export async function trainOurs(runtime: Runtime, job: Job, models: number): Promise<number> {
  const { rows: N, width, hidden, classes: outputs, batch, epochs } = job;
  const slice: Slice =
    job.network === 'mlp' ? { kind: 'mlp', task: 'classification', width, hidden, outputs } : residualBlock(job);
  const recipe: Recipe = { optimizer: 'sgd', rate: 0.2, decay: 0.001, batch, epochs };
  const features = sharedFloats(N * width);
  for (let at = 0; at < features.length; at++) features[at] = hash32(at, 1) % 8 === 0 ? 1 : 0;
  const set: TrainingSet = {
    ...{ features, width, labels: Float64Array.from({ length: N }, (_, row) => hash32(row, 2) % outputs) },
    rowKeys: Uint32Array.from({ length: N }, (_, row) => hash32(row, 3)),
  };
  const inside = Uint8Array.from({ length: models * N }, (_, cell) => hash32(cell, 4) & 1);
  const started = performance.now();
  const firsts = Array.from({ length: Math.ceil(models / GROUP) }, (_, group) => group * GROUP);
  await inLanes(firsts, runtime.lanes, async (first) => {
    const modelKeys = Array.from({ length: Math.min(GROUP, models - first) }, (_, at) => first + at);
    const own = inside.subarray(first * N, (first + modelKeys.length) * N);
    await trainGroup({ set, slice, recipe, runtime, modelKeys, inside: own }, () => {});
  });
  return (performance.now() - started) / 1000 / models;
}
