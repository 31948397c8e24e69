import { makeBuilder } from '../../src/onnx/builder.ts';
import { float32 } from '../../src/onnx/graph.ts';
import { randomSequence } from '../../src/tensor/random.ts';
import { candidatesOf, makeModelSlice } from '../../src/training/cut-model.ts';
import type { ModelSlice } from '../../src/training/model-slice.ts';

/** Sizes of a network of convolutions of 3 x 3, each with a pool of 2 x 2 behind it, and a hidden layer. */
export interface NetworkSizes {
  readonly image: readonly [channels: number, height: number, width: number];
  readonly filters: readonly number[];
  readonly hidden: number;
  readonly classes: number;
}

/**
 * A small convolutional network without normalisation, all of it trained: an ONNX graph, cut before its first layer.
 * The weights in it are drawn (He et al. 2015): shadow models take their scales alone.
 */
export function smallNetwork({ image, filters, hidden, classes }: NetworkSizes): ModelSlice {
  const build = makeBuilder('net_');
  const random = randomSequence(29);
  const layer = (name: string, outputs: number, ...inputs: number[]) => {
    const fan = inputs.reduce((product, axis) => product * axis, 1);
    const drawn = Array.from({ length: outputs * fan }, () => Math.sqrt(2 / fan) * random.normal());
    return [
      build.constant(float32(`${name}_weights`, [outputs, ...inputs], drawn)),
      build.constant(float32(`${name}_bias`, [outputs], new Float32Array(outputs))),
    ];
  };
  let [channels, height, width] = image;
  let value = 'image';
  for (const [index, count] of filters.entries()) {
    const made = build.add('Conv', [value, ...layer(`conv${index}`, count, channels, 3, 3)], {
      kernel_shape: [3, 3],
      pads: [1, 1, 1, 1],
    });
    value = build.add('AveragePool', [build.add('Relu', [made])], { kernel_shape: [2, 2], strides: [2, 2] });
    [channels, height, width] = [count, height / 2, width / 2];
  }
  const flat = build.add('Flatten', [value], { axis: 1 });
  const kept = build.add('Relu', [
    build.add('Gemm', [flat, ...layer('hidden', hidden, channels * height * width)], { transB: 1 }),
  ]);
  const logits = build.add('Gemm', [kept, ...layer('output', classes, hidden)], { transB: 1 });
  const graph = build.graph(
    'small-network',
    [{ name: 'image', type: 'float32', shape: ['batch', ...image] }],
    [{ name: logits, type: 'float32', shape: ['batch', classes] }],
  );
  const model = { graph, rows: { image }, output: logits, hash: `small-network/${filters}/${hidden}` };
  return makeModelSlice(model, candidatesOf(model).at(-1)!, { task: 'classification', outputs: classes });
}
