import {
  BROADCASTS,
  neg,
  OPSET,
  onePlus,
  pass,
  positive,
  SHAPES,
  spread,
  times,
  toFloat,
  unary,
  within,
} from './local.ts';
import { shapes } from './row.ts';
import type { Backprop, Rule, Sample } from './rule.ts';

/** The gradient over a square root of what stands under it. */
const overRoot = (at: Backprop, under: string, sign: 1 | -1) => {
  const slope = at.build.add('Div', [at.gradient, at.build.add('Sqrt', [under])]);
  return sign === 1 ? slope : at.build.add('Neg', [slope]);
};

const square = (at: Backprop, x: string) => at.build.add('Mul', [x, x]);
const inside: readonly Sample[] = within(SHAPES, [-0.8, 0.8]);

/** How many of the inputs equal the output: ties share the gradient. */
function ties(at: Backprop): string {
  const equal = at.inputs.map((input) => toFloat(at, at.build.add('Equal', [input, at.output])));
  return equal.length === 1 ? equal[0]! : at.build.add('Sum', equal);
}

/** The gradient of a minimum or maximum of any number of inputs. */
const extremum = (index: number) =>
  spread(index, (at) => {
    const own = toFloat(at, at.build.add('Equal', [at.inputs[index]!, at.output]));
    return at.build.add('Mul', [at.gradient, at.build.add('Div', [own, ties(at)])]);
  });

const MANY: readonly Sample[] = [{ shapes: [[2, 3], [3], [2, 1]] }, ...BROADCASTS, { shapes: [[4]] }];
const FLAGS = { type: 'bool', data: Uint8Array.of(1, 0, 1, 1, 0, 0) } as const;

export const elementwise = {
  Add: { op: 'Add', opset: OPSET, keeps: [], inputs: [spread(0, pass), spread(1, pass)], samples: BROADCASTS },
  Sub: { op: 'Sub', opset: OPSET, keeps: [], inputs: [spread(0, pass), spread(1, neg)], samples: BROADCASTS },
  Mul: {
    ...{ op: 'Mul', opset: OPSET, keeps: ['inputs'] },
    inputs: [
      spread(0, (at) => at.build.add('Mul', [at.gradient, at.inputs[1]!])),
      spread(1, (at) => at.build.add('Mul', [at.gradient, at.inputs[0]!])),
    ],
    samples: BROADCASTS,
  },
  Div: {
    ...{ op: 'Div', opset: OPSET, keeps: ['inputs', 'output'] },
    inputs: [
      spread(0, (at) => at.build.add('Div', [at.gradient, at.inputs[1]!])),
      spread(1, (at) => {
        const slope = at.build.add('Neg', [at.build.add('Div', [at.output, at.inputs[1]!])]);
        return at.build.add('Mul', [at.gradient, slope]);
      }),
    ],
    samples: positive(BROADCASTS),
  },
  Pow: {
    ...{ op: 'Pow', opset: [13, 26], keeps: ['inputs', 'output'] },
    inputs: [
      spread(0, (at) => {
        const exponent = toFloat(at, at.inputs[1]!);
        const lower = at.build.add('Pow', [at.inputs[0]!, at.build.add('Sub', [exponent, at.build.scalar(1)])]);
        return at.build.add('Mul', [at.gradient, at.build.add('Mul', [exponent, lower])]);
      }),
      spread(1, (at) => {
        const slope = at.build.add('Mul', [at.output, at.build.add('Log', [at.inputs[0]!])]);
        return at.build.add('Mul', [at.gradient, slope]);
      }),
    ],
    samples: [
      ...positive(BROADCASTS),
      { shapes: [[2, 3], [1]], fixed: { 1: { type: 'float32', data: Float32Array.of(2) } } },
      { shapes: [[2, 3], [1]], ints: { 1: [3] } },
    ],
  },
  Min: { op: 'Min', opset: [13, 26], keeps: ['inputs', 'output'], inputs: { each: extremum }, samples: MANY },
  Max: { op: 'Max', opset: [13, 26], keeps: ['inputs', 'output'], inputs: { each: extremum }, samples: MANY },
  Sum: {
    ...{ op: 'Sum', opset: [8, 26], keeps: [] },
    inputs: { each: (index) => spread(index, pass) },
    samples: MANY,
  },
  Mean: {
    ...{ op: 'Mean', opset: [8, 26], keeps: [] },
    inputs: {
      each: (index) => spread(index, (at) => at.build.add('Div', [at.gradient, at.build.scalar(at.inputs.length)])),
    },
    samples: MANY,
  },
  Where: {
    ...{ op: 'Where', opset: [16, 26], keeps: ['inputs'] },
    inputs: [
      'constant',
      spread(1, (at) => at.build.add('Where', [at.inputs[0]!, at.gradient, at.build.scalar(0)])),
      spread(2, (at) => at.build.add('Where', [at.inputs[0]!, at.build.scalar(0), at.gradient])),
    ],
    samples: [
      { shapes: shapes('2x3', '2x3', '3'), fixed: { 0: FLAGS } },
      { shapes: shapes('2x3', '2x1', '2x3'), fixed: { 0: FLAGS } },
      { shapes: shapes('2x3', '4x1x3', '2x3'), fixed: { 0: FLAGS } },
    ],
  },
  Neg: unary('Neg', [], neg),
  Identity: unary('Identity', [], pass),
  Cast: {
    ...{ op: 'Cast', opset: [13, 26], keeps: [] },
    inputs: [pass],
    samples: SHAPES.map((sample) => ({ ...sample, attributes: { to: 1 } })),
    limit: { reason: 'a cast to anything but float32', applies: ({ attributes }) => attributes.to !== 1 },
  },
  Abs: unary(
    'Abs',
    ['inputs'],
    times((at, x) => at.build.add('Sign', [x])),
    within(SHAPES, [-2, -0.3]),
  ),
  Reciprocal: unary(
    'Reciprocal',
    ['output'],
    times((at, _, y) => at.build.add('Neg', [square(at, y)])),
    positive(SHAPES),
  ),
  Exp: unary(
    'Exp',
    ['output'],
    times((_, __, y) => y),
  ),
  Log: unary('Log', ['inputs'], (at) => at.build.add('Div', [at.gradient, at.inputs[0]!]), positive(SHAPES)),
  Sqrt: unary(
    'Sqrt',
    ['output'],
    (at) => at.build.add('Div', [at.gradient, at.build.add('Mul', [at.output, at.build.scalar(2)])]),
    positive(SHAPES),
  ),
  Erf: unary(
    'Erf',
    ['inputs'],
    times((at, x) => {
      const bell = at.build.add('Exp', [at.build.add('Neg', [square(at, x)])]);
      return at.build.add('Mul', [bell, at.build.scalar(2 / Math.sqrt(Math.PI))]);
    }),
  ),
  Sin: unary(
    'Sin',
    ['inputs'],
    times((at, x) => at.build.add('Cos', [x])),
  ),
  Cos: unary(
    'Cos',
    ['inputs'],
    times((at, x) => at.build.add('Neg', [at.build.add('Sin', [x])])),
  ),
  Tan: unary(
    'Tan',
    ['output'],
    times((at, _, y) => onePlus(at, 1, y)),
    inside,
  ),
  Sinh: unary(
    'Sinh',
    ['inputs'],
    times((at, x) => at.build.add('Cosh', [x])),
  ),
  Cosh: unary(
    'Cosh',
    ['inputs'],
    times((at, x) => at.build.add('Sinh', [x])),
  ),
  Asin: unary('Asin', ['inputs'], (at) => overRoot(at, onePlus(at, -1, at.inputs[0]!), 1), inside),
  Acos: unary('Acos', ['inputs'], (at) => overRoot(at, onePlus(at, -1, at.inputs[0]!), -1), inside),
  Atan: unary('Atan', ['inputs'], (at) => at.build.add('Div', [at.gradient, onePlus(at, 1, at.inputs[0]!)])),
  Asinh: unary('Asinh', ['inputs'], (at) => overRoot(at, onePlus(at, 1, at.inputs[0]!), 1)),
  Acosh: unary(
    'Acosh',
    ['inputs'],
    (at) => overRoot(at, at.build.add('Sub', [square(at, at.inputs[0]!), at.build.scalar(1)]), 1),
    within(SHAPES, [1.3, 2]),
  ),
  Atanh: unary(
    'Atanh',
    ['inputs'],
    (at) => at.build.add('Div', [at.gradient, onePlus(at, -1, at.inputs[0]!)]),
    within(SHAPES, [-0.6, 0.6]),
  ),
} as const satisfies Partial<Record<Rule['op'], Rule>>;
