import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rules } from '../../src/gradients/index.ts';
import type { Sample } from '../../src/gradients/rule.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Message } from '../../src/onnx/fields.ts';
import { type Attribute, float32, type Graph, int64, type Node, type Tensor } from '../../src/onnx/graph.ts';
import type { ExternalFiles } from '../../src/onnx/read-tensor.ts';
import type { Draft } from '../../src/onnx/write-message.ts';
import { hash32, keyOf, randomSequence } from '../../src/tensor/random.ts';
import { type Shape, sizeOf } from '../../src/tensor/shape.ts';
import { mobileNet, recurrent, transformer } from '../training/networks.ts';
import { attribute, functions, graph, node, tensor, value, writeModel } from './written-model.ts';

/** One model of a hostile author. */
export interface Hostile {
  readonly name: string;
  readonly bytes: () => Uint8Array;
  /** What becomes of it where that is certain; else it may be taken or refused. */
  readonly ends?: 'refused' | 'taken';
  readonly files?: ExternalFiles;
}

const MODELS = join(import.meta.dirname, '../fixtures/models');

/** Whole models: other people's, and networks with every part that a slice may have. */
export const wholes: Readonly<Record<string, () => Uint8Array>> = {
  titanic: () => readFileSync(join(MODELS, 'pipeline_titanic.onnx')),
  mlnet: () => readFileSync(join(MODELS, 'mlnet_breastcancer_logreg.onnx')),
  squeezenet: () => readFileSync(join(MODELS, 'light_squeezenet.onnx')),
  transformer: () => encodeModel(transformer().graph),
  mobilenet: () => encodeModel(mobileNet().graph),
  lstm: () => encodeModel(recurrent('LSTM').graph),
};

/** Cut at every hundredth of its length. */
export const truncated: readonly Hostile[] = Object.entries(wholes).flatMap(([name, read]) =>
  Array.from({ length: 100 }, (_, part): Hostile => {
    const bytes = () => read().subarray(0, Math.floor((part * read().length) / 100));
    return { name: `${name} cut at ${part}%`, bytes, ends: 'refused' };
  }),
);

/** One to four bits turned, seeded. */
export const turned: readonly Hostile[] = Object.entries(wholes).flatMap(([name, read]) =>
  Array.from({ length: name === 'squeezenet' ? 40 : 250 }, (_, seed): Hostile => {
    const bytes = () => {
      const copy = Uint8Array.from(read());
      for (let bit = 0; bit <= seed % 4; bit++) {
        const at = hash32(keyOf(name), seed, bit) % (8 * copy.length);
        copy[at >> 3]! ^= 1 << (at & 7);
      }
      return copy;
    };
    return { name: `${name} with bits turned, seed ${seed}`, bytes };
  }),
);

const NUMBERS = [0, -1, 1, 2, 3, 7, -9, 99, 4096, 2 ** 31, 2 ** 32 - 1, 2 ** 40, -(2 ** 40), Number.MAX_SAFE_INTEGER];
const WORDS = ['', 'constructor', '__proto__', 'SAME_UPPER', 'linear', 'cubic', 'a,b->c', 'ij...', 'reflect', 'mul'];

/** A value of any kind. */
function anyAttribute(random: ReturnType<typeof randomSequence>): Attribute {
  const number = () => NUMBERS[random.below(NUMBERS.length)]!;
  const many = () => Array.from({ length: random.below(5) }, number);
  const inner: Graph = { name: '', nodes: [], initializers: [], inputs: [], outputs: [] };
  const kinds: (() => Attribute)[] = [
    number,
    number,
    many,
    many,
    () => WORDS[random.below(WORDS.length)]!,
    () => ({ float: [Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 1e30][random.below(5)]! }),
    () => ({ floats: many() }),
    () => ({ strings: WORDS.slice(0, random.below(4)) }),
    () => int64('', [2], [number(), 1]),
    () => inner,
    () => ({ graphs: [inner] }),
  ];
  return kinds[random.below(kinds.length)]!();
}

const SHAPES: readonly Shape[] = [[], [0], [1], [3], [2, 3], [3, 2], [4, 1, 3], [2, 2, 3, 3], [1, 1, 1, 1, 1, 2]];
const ATTRIBUTES = [
  ...['axis', 'perm', 'pads', 'strides', 'dilations', 'kernel_shape', 'group', 'auto_pad', 'ceil_mode', 'to', 'mode'],
  ...['keepdims', 'equation', 'transA', 'alpha', 'blocksize', 'batch_dims', 'num_groups', 'epsilon', 'allowzero'],
  ...[
    'reduction',
    'num_outputs',
    'hidden_size',
    'direction',
    'layout',
    'activations',
    'output_shape',
    'output_padding',
  ],
  ...['coordinate_transformation_mode', 'nearest_mode', 'axes', 'batch_axis', 'time_axis', 'storage_order', 'upper'],
  ...['post_transform', 'coefficients', 'intercepts', 'targets', 'value', 'start', 'end', 'noop_with_empty_axes'],
];

const written: Readonly<Record<string, readonly Sample[]>> = {
  LSTM: [
    {
      shapes: [
        [5, 2, 3],
        [1, 16, 3],
        [1, 16, 4],
        [1, 32],
      ],
      attributes: { hidden_size: 4 },
    },
  ],
  GRU: [
    {
      shapes: [
        [5, 2, 3],
        [1, 12, 3],
        [1, 12, 4],
        [1, 24],
      ],
      attributes: { hidden_size: 4 },
    },
  ],
  RNN: [
    {
      shapes: [
        [5, 2, 3],
        [1, 4, 3],
        [1, 4, 4],
      ],
      attributes: { hidden_size: 4 },
    },
  ],
  Resize: [{ shapes: [[1, 1, 4, 4], [], [4]], fixed: { 2: { type: 'float32', data: Float32Array.of(1, 1, 2, 2) } } }],
  ConstantOfShape: [{ shapes: [[2]], ints: { 0: [2, 3] } }],
  Range: [{ shapes: [[], [], []], ints: { 0: [0], 1: [9], 2: [1] } }],
  If: [{ shapes: [[]], fixed: { 0: { type: 'bool', data: Uint8Array.of(1) } } }],
  Shape: [{ shapes: [[2, 3]] }],
  Constant: [{ shapes: [] }],
  TopK: [{ shapes: [[2, 3], [1]], ints: { 1: [2] } }],
};
const linear: Readonly<Record<string, readonly Sample[]>> = {
  LinearClassifier: [
    { shapes: [[3, 2]], attributes: { coefficients: { floats: [1, 2, 3, 4] }, intercepts: { floats: [0, 1] } } },
  ],
  LinearRegressor: [{ shapes: [[3, 2]], attributes: { coefficients: { floats: [1, 2] } } }],
};

/** A sample of a row as a model, trained weights before and behind the node; then inputs, shapes and attributes changed. */
function mutated(op: string, sample: Sample, at: { seed: number; domain: string }): Uint8Array {
  const random = randomSequence(hash32(keyOf(op), at.seed));
  const maybe = (share: number) => random.next() < share;
  const constants: Tensor[] = [float32('scale', [1], [0.5]), float32('shift', [1], [0.25])];
  const inputs = sample.shapes.map((given, index) => {
    const shape = maybe(0.15) ? SHAPES[random.below(SHAPES.length)]! : given;
    const size = sizeOf(shape);
    const values = sample.ints?.[index] ?? Array.from(sample.fixed?.[index]?.data ?? [], Number);
    const isList = values.length > 0;
    const filled = Array.from({ length: size }, (_, element) =>
      maybe(0.1) ? NUMBERS[random.below(NUMBERS.length)]! : (values[element] ?? random.below(3)),
    );
    const isWhole = sample.ints?.[index] !== undefined || sample.fixed?.[index]?.type === 'int64';
    const name = `in${index}`;
    if (isWhole || maybe(0.05)) constants.push(int64(name, shape, filled.map(Math.trunc)));
    else if (isList || index > 0) constants.push(float32(name, shape, filled));
    else return index === 0 ? 'moved' : name;
    return name;
  });
  if (maybe(0.2)) inputs.splice(random.below(inputs.length + 1), 1);
  if (maybe(0.1)) inputs.push(...Array<string>(random.below(4)).fill(inputs[0] ?? 'moved'));
  if (maybe(0.1) && inputs.length > 0) inputs[random.below(inputs.length)] = '';
  const attributes: Record<string, Attribute> = { ...sample.attributes };
  for (const name of Object.keys(attributes)) if (maybe(0.2)) attributes[name] = anyAttribute(random);
  for (let more = random.below(3); more > 0; more--)
    attributes[ATTRIBUTES[random.below(ATTRIBUTES.length)]!] = anyAttribute(random);
  const outputs = Array.from({ length: maybe(0.1) ? random.below(4) : (sample.outputs ?? 1) }, (_, i) => `out${i}`);
  if (op === 'LinearClassifier') outputs.unshift('label');
  const first = outputs.at(-1) ?? 'moved';
  const plain = (name: string, own: readonly string[], output: string): Node => ({
    ...{ op: name, domain: '', inputs: own, outputs: [output], attributes: {} },
  });
  const shape = maybe(0.1) ? SHAPES[random.below(SHAPES.length)]! : (sample.shapes[0] ?? [2]);
  return encodeModel(
    {
      name: 'hostile',
      inputs: [{ name: 'x', type: 'float32', shape: ['batch', ...shape.slice(1)] }],
      outputs: [{ name: 'y', type: 'float32', shape: [] }],
      initializers: constants,
      nodes: [
        plain('Mul', ['x', 'scale'], 'moved'),
        { op, domain: at.domain, inputs, outputs, attributes },
        plain('Add', [first, 'shift'], 'y'),
      ],
    },
    { opsets: { '': [21, 21, 13, 9, 7][random.below(5)]!, 'ai.onnx.ml': 3 }, irVersion: 8 },
  );
}

const SEEDS = 24;

/** Every operator that is known, with wrong inputs, shapes, attributes and operator sets. */
export const operators: readonly Hostile[] = [
  ...Object.values(rules).map(({ op, samples }) => ({ op: op as string, samples, domain: '' })),
  ...Object.entries(written).map(([op, samples]) => ({ op, samples, domain: '' })),
  ...Object.entries(linear).map(([op, samples]) => ({ op, samples, domain: 'ai.onnx.ml' })),
].flatMap(({ op, samples, domain }) =>
  Array.from({ length: SEEDS }, (_, seed): Hostile => {
    const sample = samples[seed % samples.length]!;
    return { name: `${op}, seed ${seed}`, bytes: () => mutated(op, sample, { seed, domain }) };
  }),
);

const whole = <T>(draft: unknown): T => draft as T;
const ints = (name: string, ...list: number[]) => attribute({ name, ints: list, type: 7 });
const longs = (name: string, ...list: readonly number[]) =>
  tensor({ name, dims: [list.length], dataType: 7, int64Data: list.map(BigInt) });
const floats = (name: string, ...dims: number[]) =>
  tensor({ name, dims, dataType: 1, rawData: new Uint8Array(4 * sizeOf(dims)) });
const shift = floats('b', 1);

/** A model with weights before and behind what is written between `m` and `o`. */
const between =
  (nodes: readonly Message<'NodeProto'>[], more: readonly Message<'TensorProto'>[] = []) =>
  () =>
    writeModel(
      {
        input: [value('x', [2, 3])],
        node: [node('Add', ['x', 'b'], ['m']), ...nodes, node('Add', ['o', 'b'], ['y'])],
        initializer: [shift, ...more],
      },
      { opsetImport: [{ domain: '', version: 18 }, { domain: 'ai.onnx.ml', version: 3 }, { domain: 'f', version: 1 }] }, // biome-ignore format: one line
    );
const chain = (count: number, make: (from: string, to: string, at: number) => Message<'NodeProto'>) =>
  Array.from({ length: count }, (_, at) => make(at === 0 ? 'm' : `c${at}`, at === count - 1 ? 'o' : `c${at + 1}`, at));
const relu = (from: string, to: string) => node('Relu', [from], [to]);

function nestedIf(depth: number): Message<'NodeProto'> {
  if (depth === 0) return relu('m', 'o');
  const inner = graph({ node: [nestedIf(depth - 1)], output: [value('o', [2, 3])] });
  const other = graph({ node: [relu('m', 'o')], output: [value('o', [2, 3])] });
  const branch = (name: string, g: Message<'GraphProto'>) => attribute({ name, g, type: 5 });
  return node('If', ['yes'], ['o'], { attribute: [branch('then_branch', inner), branch('else_branch', other)] });
}
const yes = tensor({ name: 'yes', dims: [], dataType: 9, int32Data: [1] });

const call = (name: string) => node(name, ['m'], ['o'], { domain: 'f' });
const calling = (list: readonly Draft<'FunctionProto'>[]) => () =>
  writeModel(
    {
      input: [value('x', [2, 3])],
      node: [node('Add', ['x', 'b'], ['m']), call('A'), node('Add', ['o', 'b'], ['y'])],
      initializer: [shift],
    },
    {
      opsetImport: [{ domain: '', version: 18 }, { domain: 'f', version: 1 }], // biome-ignore format: one line
      functions: functions(list),
    },
  );
const made = (name: string, body: readonly Message<'NodeProto'>[]): Draft<'FunctionProto'> =>
  whole({
    ...{ name, domain: 'f', input: ['v'], output: ['w'], attribute: [], attributeProto: [], node: body },
    opsetImport: [{ domain: '', version: 18 }],
  });
/** A function that calls the next eight times, four deep: 4,096 calls of the last. */
const doubling = (last: readonly Message<'NodeProto'>[]) =>
  calling([
    ...Array.from({ length: 4 }, (_, level) =>
      made(
        level === 0 ? 'A' : `A${level}`,
        Array.from({ length: 8 }, (_unused, at) =>
          node(`A${level + 1}`, ['v'], [at === 0 ? 'w' : `u${at}`], { domain: 'f' }),
        ),
      ),
    ),
    made('A4', last),
  ]);
const listing = (list: Draft<'AttributeProto'>) =>
  doubling([node('Relu', ['v'], ['w'], { attribute: [attribute({ name: 'many', ...list })] })]);

/** Models that are small on disk and would be large, long or endless where they are believed. */
export const bombs: readonly Hostile[] = [
  { name: '100,000 nodes', bytes: between(chain(100_000, relu)), ends: 'refused' },
  { name: '49,000 nodes in a chain', bytes: between(chain(49_000, relu)) },
  { name: '49,000 layers in a chain', bytes: between(chain(49_000, (from, to) => node('Add', [from, 'b'], [to]))) },
  { name: '49,000 that arrange', bytes: between(chain(49_000, (from, to) => node('Identity', [from], [to]))) },
  {
    name: '40,000 constants that are added to each other',
    bytes: between(
      [
        ...Array.from({ length: 40_000 }, (_, at) => node('Add', [at === 0 ? 'w' : `k${at}`, 'w'], [`k${at + 1}`])),
        node('Add', ['m', 's'], ['o']),
        node('ReduceSum', ['k40000'], ['s']),
      ],
      [tensor({ name: 'w', dims: [4096], dataType: 7, rawData: new Uint8Array(8 * 4096) })],
    ),
  },
  {
    name: 'a sum of 100,000 values',
    bytes: between([node('Sum', ['m', ...Array<string>(99_999).fill('b')], ['o'])]),
    ends: 'refused',
  },
  { name: 'a maximum of 4,000 values', bytes: between([node('Max', Array<string>(4000).fill('m'), ['o'])]) },
  { name: '4,000 joined', bytes: between([node('Concat', Array<string>(4000).fill('m'), ['o'], { attribute: [attribute({ name: 'axis', i: 1, type: 2 })] })]) }, // biome-ignore format: one line
  {
    name: 'a maximum of all before, 300 times',
    bytes: between(chain(300, (from, to) => node('Max', Array<string>(300).fill(from), [to]))),
  },
  ...[2 ** 31, 2 ** 32 - 1, 2 ** 40, 2 ** 62].flatMap((size): Hostile[] => [
    { name: `reshaped to ${size}`, bytes: between([node('Reshape', ['m', 's'], ['o'])], [longs('s', size, -1)]) },
    { name: `expanded to ${size}`, bytes: between([node('Expand', ['m', 's'], ['o'])], [longs('s', size, 1, 1)]) },
    { name: `tiled ${size} times`, bytes: between([node('Tile', ['m', 's'], ['o'])], [longs('s', 1, size)]) },
    { name: `padded by ${size}`, bytes: between([node('Pad', ['m', 's'], ['o'])], [longs('s', size, 0, 0, size)]) },
    { name: `padded by -${size}`, bytes: between([node('Pad', ['m', 's'], ['o'])], [longs('s', -size, 0, 0, 1)]) },
    {
      name: `a constant of ${size} filled`,
      bytes: between([node('ConstantOfShape', ['s'], ['f']), node('Add', ['m', 'f'], ['o'])], [longs('s', size)]),
    },
    {
      name: `a range up to ${size}`,
      bytes: between(
        [node('Range', ['from', 'to', 'by'], ['f']), node('Add', ['m', 'f'], ['o'])],
        [['from', 0] as const, ['to', size] as const, ['by', 1] as const].map(([name, number]) =>
          tensor({ name, dims: [], dataType: 7, int64Data: [BigInt(number)] }),
        ),
      ),
    },
    {
      name: `resized to ${size}`,
      bytes: between([node('Resize', ['m', '', '', 's'], ['o'])], [longs('s', 2, size)]),
    },
    {
      name: `pooled by windows of ${size}`,
      bytes: between(
        [
          node('Reshape', ['m', 's'], ['image']),
          node('AveragePool', ['image'], ['o'], {
            attribute: [ints('kernel_shape', size, 1), ints('pads', size, 0, size, 0)],
          }),
        ],
        [longs('s', 2, 1, 3, 1)],
      ),
    },
    {
      name: `an input of ${size} a side`,
      bytes: () =>
        writeModel({
          input: [value('x', [2, size, size])],
          node: [node('Add', ['x', 'b'], ['y'])],
          initializer: [shift],
        }),
    },
  ]),
  {
    name: '40 constants of 16 million, filled',
    bytes: between(
      [
        ...Array.from({ length: 40 }, (_, at) => node('ConstantOfShape', ['s'], [`f${at}`])),
        node('Sum', ['m', ...Array.from({ length: 40 }, (_, at) => `f${at}`)], ['o']),
      ],
      [longs('s', 2 ** 24)],
    ),
  },
  {
    name: '300 enlargements of 2 to 2,000,000',
    bytes: between(
      [
        ...Array.from({ length: 300 }, (_, at) => node('Resize', ['m', '', '', 's'], [`r${at}`])),
        node(
          'Sum',
          Array.from({ length: 300 }, (_, at) => `r${at}`),
          ['o'],
        ),
      ],
      [longs('s', 2, 4_000_000)],
    ),
  },
  {
    name: '500 recurrent layers of 512 steps',
    bytes: () => {
      const layers = chain(500, (from, to, at) => node('GRU', [from, 'w', 'r'], [`g${at}`, to], { attribute: [attribute({ name: 'hidden_size', i: 1, type: 2 })] })); // biome-ignore format: one line
      return writeModel({
        input: [value('x', [512, 2, 1])],
        node: [node('Add', ['x', 'b'], ['m']), ...layers, node('Add', ['o', 'b'], ['y'])],
        initializer: [shift, floats('w', 1, 3, 1), floats('r', 1, 3, 1)],
      });
    },
  },
  {
    name: 'an axis more for each of a million',
    bytes: between(
      [node('Unsqueeze', ['m', 's'], ['o'])],
      [tensor({ name: 's', dims: [1_000_000], dataType: 7, rawData: new Uint8Array(8_000_000) })],
    ),
  },
  {
    name: 'an input of 300,000 axes',
    bytes: () =>
      writeModel({
        input: [value('x', Array<number>(300_000).fill(1))],
        node: [...chain(100, relu), node('Add', ['x', 'b'], ['m']), node('Add', ['o', 'b'], ['y'])],
        initializer: [shift],
      }),
    ends: 'refused',
  },
  {
    name: 'an Einsum of all letters',
    bytes: between([
      node('Einsum', ['m', 'm'], ['o'], {
        attribute: [
          attribute({ name: 'equation', s: new TextEncoder().encode(`${'ab'.repeat(200_000)},c->`), type: 3 }),
        ],
      }),
    ]),
  },
  ...[1, 15].map((depth): Hostile => ({ name: `${depth} branches deep`, bytes: between([nestedIf(depth)], [yes]) })),
  { name: '17 branches deep', bytes: between([nestedIf(17)], [yes]), ends: 'refused' },
  {
    name: 'a function that calls itself',
    bytes: calling([made('A', [node('A', ['v'], ['w'], { domain: 'f' })])]),
    ends: 'refused',
  },
  { name: 'functions that multiply', bytes: doubling([relu('v', 'w')]) },
  {
    name: 'functions that multiply whole numbers',
    bytes: listing({ ints: Array<number>(100_000).fill(1), type: 7 }),
    ends: 'refused',
  },
  {
    name: 'functions that multiply texts',
    bytes: listing({ strings: Array<Uint8Array>(50_000).fill(Uint8Array.of(65)), type: 8 }),
    ends: 'refused',
  },
  {
    name: 'functions that multiply tensors of texts',
    bytes: doubling([
      node('Constant', [], ['c'], { attribute: [attribute({ name: 'value', type: 4, t: tensor({ dims: [50_000], dataType: 8, stringData: Array<Uint8Array>(50_000).fill(Uint8Array.of(65)) }) })] }), // biome-ignore format: one line
      relu('v', 'w'),
    ]),
    ends: 'refused',
  },
  {
    name: 'functions that multiply long names',
    bytes: doubling([relu('v', 'n'.repeat(500_000)), relu('n'.repeat(500_000), 'w')]),
    ends: 'refused',
  },
  {
    name: 'names of the language',
    bytes: between([node('constructor', ['m'], ['__proto__']), node('toString', ['__proto__'], ['o'])]),
    ends: 'refused',
  },
  { name: 'a circle', bytes: between([relu('o', 'p'), relu('p', 'o')]), ends: 'refused' },
  { name: 'a name twice', bytes: between([relu('m', 'o'), relu('m', 'o')]), ends: 'refused' },
  { name: 'a constant that is missing', bytes: between([node('Add', ['m', 'w'], ['o'])]), ends: 'refused' },
  {
    name: 'a negative size',
    bytes: between([node('Reshape', ['m', 's'], ['o'])], [longs('s', -5, 2)]),
    ends: 'refused',
  },
  {
    name: 'nothing but weights',
    bytes: () => writeModel({ node: [node('Add', ['b', 'b'], ['y'])], initializer: [shift] }),
  },
];
