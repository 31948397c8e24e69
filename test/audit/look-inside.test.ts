import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lookInside } from '../../src/audit/look-inside.ts';
import { backward } from '../../src/gradients/backward.ts';
import { makeBuilder } from '../../src/onnx/builder.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Value } from '../../src/onnx/graph.ts';
import { hash32 } from '../../src/tensor/random.ts';
import { parameterFeeds, scoreGroup, type Weights } from '../../src/training/group.ts';
import { objectives } from '../../src/training/objectives.ts';
import { initialWeights } from '../../src/training/parameter.ts';
import { forward, parametersOf, parameterValues, type Slice, sizesOf } from '../../src/training/slice.ts';
import { runtime, slices, smallSet } from '../training/small-set.ts';

const MODELS = 3;
const N = 7;
const keys = Array.from({ length: MODELS }, (_, model) => hash32(5, model));
const weightsOf = (slice: Slice): Weights =>
  Object.fromEntries(
    parametersOf(slice).map((parameter, index) => [parameter.name, initialWeights(parameter, index, keys)]),
  );

/** The squared length of the loss's gradient for one row, model by model, by the training's own backward graph. */
async function byBackward(slice: Slice, weights: Weights, x: Float32Array, label: number): Promise<number[]> {
  const build = makeBuilder('t_');
  const outputs = forward(build, slice, { x: 'x', models: MODELS, batch: 1, isStacked: true });
  const { loss: lossOf } = objectives.classification;
  const loss = lossOf(build, { outputs, targets: 'y', weights: 'w', models: MODELS, batch: 1, classes: slice.outputs, tokens: 1 }); // biome-ignore format: one call
  const value = (name: string, shape: readonly number[]): Value => ({ name, type: 'float32', shape });
  const inputs = [
    value('x', [MODELS, 1, slice.width]),
    value('y', [MODELS, 1, ...objectives.classification.axes(sizesOf(slice))]),
    value('w', [MODELS, 1, 1]),
    ...parameterValues(slice, MODELS),
  ];
  const names = parametersOf(slice).map(({ name }) => name);
  const { build: full, gradients } = backward(build.graph('loss', inputs, []), { loss, wrt: names });
  const asked = parametersOf(slice).map(({ shape }, index) => value(gradients[index]!, [MODELS, ...shape]));
  const session = await runtime.create(encodeModel(full.graph('gradients', inputs, asked)));
  const own = Array.from({ length: slice.outputs }, (_, one) => Number(one === label));
  const repeated = (row: ArrayLike<number>) => Float32Array.from({ length: MODELS * row.length }, (_, at) => row[at % row.length]!); // biome-ignore format: one idea
  const feed = (shape: readonly number[], data: Float32Array) => ({
    type: 'float32' as const,
    shape: [...shape],
    data,
  });
  const found = await session.run({
    ...parameterFeeds(slice, weights, MODELS),
    x: feed([MODELS, 1, slice.width], repeated(x)),
    y: feed([MODELS, 1, slice.outputs], repeated(own)),
    w: feed([MODELS, 1, 1], repeated([1])),
  });
  await session.release();
  return keys.map((_, model) =>
    Object.values(found).reduce((total, data) => {
      const size = data.length / MODELS;
      const part = (data as Float32Array).subarray(model * size, (model + 1) * size);
      return total + part.reduce((sum, one) => sum + one * one, 0);
    }, 0),
  );
}

for (const slice of slices.filter(({ task }) => task === 'classification'))
  test(`${slice.kind}: the gradient's length in closed form is that of the training's backward graph`, async () => {
    const set = smallSet(N, slice);
    const weights = weightsOf(slice);
    const labels = Array.from(set.labels);
    const { gradient } = await lookInside(
      { slice, runtime, weights, models: MODELS },
      { features: set.features, labels },
    );
    for (let row = 0; row < N; row++) {
      const expected = await byBackward(slice, weights, set.features.subarray(row * 3, (row + 1) * 3), labels[row]!);
      expected.forEach((value, model) => {
        const got = gradient![model * N + row]!;
        assert.ok(Math.abs(got - value) <= 1e-4 * value, `row ${row}, model ${model}: ${got}, expected ${value}`);
      });
    }
  });

test('logits give the phi that scoring gives; features are what the last layer takes in', async () => {
  const slice = slices[0]!;
  const [set, weights] = [smallSet(N, slice), weightsOf(slice)];
  const found = await lookInside(
    { slice, runtime, weights, models: MODELS },
    { features: set.features, labels: Array.from(set.labels) },
  );
  const phi = new Float32Array(MODELS * N);
  await scoreGroup({ set, slice, runtime, weights, models: MODELS }, { phi, right: new Uint8Array(MODELS * N) });
  const { hidden: H, outputs: C } = slice;
  for (let cell = 0; cell < MODELS * N; cell++) {
    const logits = found.logits.subarray(cell * C, (cell + 1) * C);
    const own = set.labels[cell % N]!;
    const rest = logits.reduce((sum, value, at) => sum + (at === own ? 0 : Math.exp(value)), 0);
    assert.ok(Math.abs(logits[own]! - Math.log(rest) - phi[cell]!) < 1e-4);
    const model = Math.floor(cell / N);
    const layer = found.hidden!.subarray(cell * H, (cell + 1) * H);
    logits.forEach((value, c) => {
      const sum = layer.reduce((total, one, h) => total + one * weights.output_weight![(model * H + h) * C + c]!, weights.output_bias![model * C + c]!); // biome-ignore format: one sum
      assert.ok(Math.abs(sum - value) < 1e-4);
    });
  }
  const linear = await lookInside(
    { slice: slices[1]!, runtime, weights: weightsOf(slices[1]!), models: MODELS },
    { features: set.features, labels: Array.from(set.labels) },
  );
  assert.equal(linear.hidden, null, "softmax regression's last layer takes in the row itself");
});
