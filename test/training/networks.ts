import { makeBuilder } from '../../src/onnx/builder.ts';
import { float32, type Graph, int64 } from '../../src/onnx/graph.ts';
import { keyOf, randomSequence } from '../../src/tensor/random.ts';
import { type Shape, sizeOf } from '../../src/tensor/shape.ts';
import type { CutModel } from '../../src/training/cut-model.ts';

type Build = ReturnType<typeof network>;

/** A builder of networks as exporters write them, with drawn weights. */
function network(name: string) {
  const build = makeBuilder(`${name}/`);
  const weight = (of: string, ...shape: number[]) => {
    const random = randomSequence(keyOf(`${name}/${of}`));
    const scale = shape.length > 1 ? 1 / Math.sqrt(sizeOf(shape.slice(1))) : 0.1;
    const around = of.endsWith('scale') ? 1 : 0;
    const data = Float32Array.from({ length: sizeOf(shape) }, () => around + scale * random.normal());
    return build.constant(float32(of, shape, data));
  };
  const linear = (of: string, x: string, from: number, to: number) =>
    build.add('Add', [build.add('MatMul', [x, weight(`${of}.weight`, from, to)]), weight(`${of}.bias`, to)]);
  return { build, weight, linear };
}

const modelOf = (
  { build }: Build,
  input: string,
  row: Shape,
  output: string,
  type: 'float32' | 'int64' = 'float32',
) => {
  const shape = ['batch', ...row];
  const graph: Graph = build.graph(
    'model',
    [{ name: input, type, shape }],
    [{ name: output, type: 'float32', shape: ['batch', 2] }],
  );
  return { graph, rows: { [input]: row }, output, hash: 'made up' } satisfies CutModel;
};

/** x.view(x.size(0), x.size(1), heads, -1).transpose(1, 2): sizes are asked for while it runs. */
function headed({ build }: Build, x: string, heads: number): string {
  const shape = build.add('Shape', [x]);
  const size = (axis: number) =>
    build.add('Unsqueeze', [
      build.add('Gather', [shape, build.constant(int64(`at${axis}`, [], [axis]))], { axis: 0 }),
      build.ints([0]),
    ]);
  const target = build.add('Concat', [size(0), size(1), build.ints([heads]), build.ints([-1])], { axis: 0 });
  return build.add('Transpose', [build.add('Reshape', [x, target])], { perm: [0, 2, 1, 3] });
}

/** Token ids, embedding and position, one encoder block (pre-norm, two heads, erf-gelu), mean, two classes. */
export function transformer(tokens = 6, words = 10, width = 8): CutModel {
  const own = network('transformer');
  const { build, weight, linear } = own;
  const embedded = build.add('Gather', [weight('embedding', words, width), 'ids'], { axis: 0 });
  const x = build.add('Add', [embedded, weight('position', tokens, width)]);
  const mean = build.add('ReduceMean', [block(own, x, { width, mask: null }), build.ints([1])], { keepdims: 0 });
  return modelOf(own, 'ids', [tokens], linear('head', mean, width, 2), 'int64');
}

/** Three layers: rows of numbers, two classes or a number. */
export function perceptron(outputs = 2, width = 6): CutModel {
  const own = network('perceptron');
  const { build, linear } = own;
  const first = build.add('Relu', [linear('first', 'x', width, 8)]);
  const second = build.add('Tanh', [linear('second', first, 8, 8)]);
  return modelOf(own, 'x', [width], linear('head', second, 8, outputs));
}

/** Two layers, and five labels that hold or not. */
export function labeller(width = 6): CutModel {
  const own = network('labeller');
  const { build, linear } = own;
  const first = build.add('Relu', [linear('first', 'x', width, 8)]);
  return modelOf(own, 'x', [width], linear('head', first, 8, 5));
}

/** One pre-norm block of attention with two heads and an erf-gelu. */
function block(own: Build, x: string, { width, mask }: { width: number; mask: string | null }): string {
  const { build, weight, linear } = own;
  const norm = (of: string, name: string) =>
    build.add('LayerNormalization', [name, weight(`${of}.scale`, width), weight(`${of}.bias`, width)], { axis: -1 });
  const first = norm('norm1', x);
  const [q, k, v] = ['q', 'k', 'v'].map((of) => headed(own, linear(of, first, width, width), 2)) as [
    string,
    string,
    string,
  ];
  const scores = build.add('MatMul', [q, build.add('Transpose', [k], { perm: [0, 1, 3, 2] })]);
  const scaled = build.add('Div', [scores, build.scalar(2)]);
  const masked = mask === null ? scaled : build.add('Where', [mask, scaled, build.scalar(-1e9)]);
  const shares = build.add('Softmax', [masked], { axis: -1 });
  const mixed = build.add('Transpose', [build.add('MatMul', [shares, v])], { perm: [0, 2, 1, 3] });
  const joined = build.add('Reshape', [mixed, build.ints([0, 0, width])]);
  const attended = build.add('Add', [x, linear('out', joined, width, width)]);
  const up = linear('up', norm('norm2', attended), width, 2 * width);
  const bell = build.add('Add', [
    build.add('Erf', [build.add('Div', [up, build.scalar(Math.SQRT2)])]),
    build.scalar(1),
  ]);
  const gelu = build.add('Mul', [build.add('Mul', [up, bell]), build.scalar(0.5)]);
  return build.add('Add', [attended, linear('down', gelu, 2 * width, width)]);
}

/** Token ids, embedding and position, one block in which no token sees a later one, a logit for each word at each token. */
export function languageModel(tokens = 6, words = 9, width = 8): CutModel {
  const own = network('language');
  const { build, weight, linear } = own;
  const embedded = build.add('Gather', [weight('embedding', words, width), 'ids'], { axis: 0 });
  const x = build.add('Add', [embedded, weight('position', tokens, width)]);
  const ones = build.add('Expand', [build.scalar(1), build.ints([tokens, tokens])]);
  const mask = build.add('Greater', [build.add('Trilu', [ones], { upper: 0 }), build.scalar(0)]);
  return modelOf(own, 'ids', [tokens], linear('head', block(own, x, { width, mask }), width, words), 'int64');
}

/** Two convolutions with relu, a pool between them, the mean of each channel, two classes. */
export function convolutional(): CutModel {
  const own = network('convolutional');
  const { build, weight, linear } = own;
  const convolved = (of: string, x: string, from: number, to: number) =>
    build.add('Relu', [
      build.add('Conv', [x, weight(`${of}.weight`, to, from, 3, 3), weight(`${of}.bias`, to)], { pads: [1, 1, 1, 1] }),
    ]);
  const first = build.add('MaxPool', [convolved('first', 'image', 1, 4)], { kernel_shape: [2, 2], strides: [2, 2] });
  const flat = build.add('Flatten', [build.add('GlobalAveragePool', [convolved('second', first, 4, 8)])]);
  return modelOf(own, 'image', [1, 8, 8], linear('head', flat, 8, 2));
}

/** A stem, one inverted residual of depthwise and pointwise convolutions with batch normalisation and swish, a head. */
export function mobileNet(): CutModel {
  const own = network('mobilenet');
  const { build, weight } = own;
  const convolved = (
    of: string,
    x: string,
    shape: readonly number[],
    attributes: Record<string, number | number[]>,
  ) => {
    const channels = shape[0]!;
    const made = build.add('Conv', [x, weight(`${of}.weight`, ...shape)], attributes);
    const variance = build.constant(float32(`${of}.variance`, [channels], new Float32Array(channels).fill(0.5)));
    const mean = build.constant(float32(`${of}.mean`, [channels], new Float32Array(channels).fill(0.1)));
    return build.add('BatchNormalization', [
      made,
      weight(`${of}.scale`, channels),
      weight(`${of}.shift`, channels),
      mean,
      variance,
    ]);
  };
  const swish = (x: string) => build.add('Mul', [x, build.add('Sigmoid', [x])]);
  const stem = swish(convolved('stem', 'image', [4, 1, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] }));
  const wide = swish(convolved('expand', stem, [8, 4, 1, 1], {}));
  const deep = swish(convolved('depthwise', wide, [8, 1, 3, 3], { group: 8, pads: [1, 1, 1, 1] }));
  const narrow = build.add('Add', [stem, convolved('project', deep, [4, 8, 1, 1], {})]);
  const flat = build.add('Flatten', [build.add('GlobalAveragePool', [narrow])]);
  const logits = build.add('Gemm', [flat, weight('head.weight', 2, 4), weight('head.bias', 2)], { transB: 1 });
  return modelOf(own, 'image', [1, 8, 8], logits);
}

/** A recurrent network: its last hidden state, two classes. */
export function recurrent(op: 'LSTM' | 'GRU', steps = 5, size = 4): CutModel {
  const own = network(op);
  const { build, weight, linear } = own;
  const gates = op === 'LSTM' ? 4 : 3;
  const weights = [
    weight('w', 1, gates * size, 2),
    weight('r', 1, gates * size, size),
    weight('b', 1, 2 * gates * size),
  ];
  const first = build.add('Transpose', ['x'], { perm: [1, 0, 2] });
  const [all, last] = [build.fresh('all'), build.fresh('last')];
  build.put({ op, domain: '', inputs: [first, ...weights], outputs: [all, last], attributes: { hidden_size: size } });
  return modelOf(own, 'x', [steps, 2], linear('head', build.add('Squeeze', [last, build.ints([0])]), size, 2));
}
