import { type Backprop, type Formula, type Rule, type Sample, sumTo } from './rule.ts';

const OPSET = [7, 26] as const;
const BROADCASTS: readonly Sample[] = [
  {
    shapes: [
      [2, 3],
      [2, 3],
    ],
  },
  { shapes: [[2, 3], [3]] },
  {
    shapes: [
      [4, 2, 3],
      [4, 1, 3],
    ],
  },
  {
    shapes: [
      [2, 1],
      [4, 1, 3],
    ],
  },
];
const SHAPES: readonly Sample[] = [{ shapes: [[5]] }, { shapes: [[2, 3]] }, { shapes: [[4, 2, 3]] }];
const positive = (samples: readonly Sample[], range: readonly [number, number] = [0.5, 2]): readonly Sample[] =>
  samples.map((sample) => ({ ...sample, range }));

/** The gradient with respect to input `index` of a broadcasting operator: a local formula, then the sum over copies. */
const spread =
  (index: number, local: Formula): Formula =>
  (at) =>
    sumTo(at.build, local(at), at.shape(at.output), at.shape(at.inputs[index]!));

/** d(out)/d(in) times the gradient. */
const times =
  (factor: (at: Backprop, x: string, y: string) => string): Formula =>
  (at) =>
    at.build.add('Mul', [at.gradient, factor(at, at.inputs[0]!, at.output)]);

const unary = (op: Rule['op'], keeps: Rule['keeps'], formula: Formula, samples = SHAPES): Rule => ({
  op,
  opset: OPSET,
  keeps,
  inputs: [formula],
  samples,
});

const neg: Formula = (at) => at.build.add('Neg', [at.gradient]);
const pass: Formula = (at) => at.gradient;
const sign = (at: Backprop, x: string) => at.build.add('Sign', [x]);
/** 1 where x > 0, else 0. */
const step = (at: Backprop, x: string) =>
  at.build.add('Cast', [at.build.add('Greater', [x, at.build.scalar(0)])], { to: 1 });
const slopeOf = (at: Backprop) => (at.attributes.alpha as { float: number } | undefined)?.float ?? 0.01;

export const elementwise = {
  Add: { op: 'Add', opset: OPSET, keeps: [], inputs: [spread(0, pass), spread(1, pass)], samples: BROADCASTS },
  Sub: { op: 'Sub', opset: OPSET, keeps: [], inputs: [spread(0, pass), spread(1, neg)], samples: BROADCASTS },
  Mul: {
    op: 'Mul',
    opset: OPSET,
    keeps: ['inputs'],
    inputs: [
      spread(0, (at) => at.build.add('Mul', [at.gradient, at.inputs[1]!])),
      spread(1, (at) => at.build.add('Mul', [at.gradient, at.inputs[0]!])),
    ],
    samples: BROADCASTS,
  },
  Div: {
    op: 'Div',
    opset: OPSET,
    keeps: ['inputs', 'output'],
    inputs: [
      spread(0, (at) => at.build.add('Div', [at.gradient, at.inputs[1]!])),
      spread(1, (at) => {
        const slope = at.build.add('Neg', [at.build.add('Div', [at.output, at.inputs[1]!])]);
        return at.build.add('Mul', [at.gradient, slope]);
      }),
    ],
    samples: positive(BROADCASTS),
  },
  Greater: { op: 'Greater', opset: OPSET, keeps: [], inputs: ['constant', 'constant'], samples: BROADCASTS },
  Neg: unary('Neg', [], neg),
  Identity: unary('Identity', [], pass),
  Abs: unary('Abs', ['inputs'], times(sign), positive(SHAPES, [-2, -0.3])),
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
  Relu: unary('Relu', ['inputs'], times(step)),
  LeakyRelu: unary(
    'LeakyRelu',
    ['inputs'],
    times((at, x) => {
      const alpha = slopeOf(at);
      return at.build.add('Add', [
        at.build.add('Mul', [step(at, x), at.build.scalar(1 - alpha)]),
        at.build.scalar(alpha),
      ]);
    }),
    SHAPES.map((sample) => ({ ...sample, attributes: { alpha: { float: 0.1 } } })),
  ),
  Tanh: unary(
    'Tanh',
    ['output'],
    times((at, _, y) => at.build.add('Sub', [at.build.scalar(1), at.build.add('Mul', [y, y])])),
  ),
  Sigmoid: unary(
    'Sigmoid',
    ['output'],
    times((at, _, y) => at.build.add('Mul', [y, at.build.add('Sub', [at.build.scalar(1), y])])),
  ),
  Softplus: unary(
    'Softplus',
    ['inputs'],
    times((at, x) => at.build.add('Sigmoid', [x])),
  ),
  Erf: unary(
    'Erf',
    ['inputs'],
    times((at, x) => {
      const bell = at.build.add('Exp', [at.build.add('Neg', [at.build.add('Mul', [x, x])])]);
      return at.build.add('Mul', [bell, at.build.scalar(2 / Math.sqrt(Math.PI))]);
    }),
  ),
} as const satisfies Partial<Record<Rule['op'], Rule>>;
