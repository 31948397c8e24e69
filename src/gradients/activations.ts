import { floatOf } from '../onnx/attributes.ts';
import { above, onePlus, SHAPES, times, toFloat, unary } from './local.ts';
import { shapes } from './row.ts';
import { type Backprop, type Formula, type Rule, type Sample, sumTo } from './rule.ts';

const given = (attributes: Sample['attributes'] & object): readonly Sample[] =>
  SHAPES.map((sample) => ({ ...sample, attributes }));

/** The gradient times `right` where x > 0, times `left` elsewhere. */
const bent =
  (left: (at: Backprop, x: string, y: string) => string, right: (at: Backprop) => string): Formula =>
  (at) => {
    const x = at.inputs[0]!;
    const slope = at.build.add('Where', [
      at.build.add('Greater', [x, at.build.scalar(0)]),
      right(at),
      left(at, x, at.output),
    ]);
    return at.build.add('Mul', [at.gradient, slope]);
  };
const one = (at: Backprop) => at.build.scalar(1);

const SELU = { alpha: 1.6732631921768188, gamma: 1.0507010221481323 } as const;

/** d gelu(x) by the exact form (Hendrycks and Gimpel 2016): Phi(x) + x phi(x). */
function geluSlope(at: Backprop, x: string): string {
  const { build } = at;
  const scaled = (name: string, by: number) => build.add('Mul', [name, build.scalar(by)]);
  const below = scaled(build.add('Add', [build.add('Erf', [scaled(x, Math.SQRT1_2)]), one(at)]), 0.5);
  const bell = build.add('Exp', [scaled(build.add('Mul', [x, x]), -0.5)]);
  return build.add('Add', [below, scaled(build.add('Mul', [x, bell]), 1 / Math.sqrt(2 * Math.PI))]);
}

/** The same for the form with a hyperbolic tangent: t = tanh(u), u = sqrt(2/pi) (x + c x^3). */
function tanhGeluSlope(at: Backprop, x: string): string {
  const { build } = at;
  const scaled = (name: string, by: number) => build.add('Mul', [name, build.scalar(by)]);
  const [k, c] = [Math.sqrt(2 / Math.PI), 0.044715];
  const squared = build.add('Mul', [x, x]);
  const u = build.add('Mul', [scaled(x, k), build.add('Add', [one(at), scaled(squared, c)])]);
  const t = build.add('Tanh', [u]);
  const half = scaled(build.add('Add', [one(at), t]), 0.5);
  const du = scaled(build.add('Add', [one(at), scaled(squared, 3 * c)]), 0.5 * k);
  return build.add('Add', [half, build.add('Mul', [build.add('Mul', [x, onePlus(at, -1, t)]), du])]);
}

export const activations = {
  Relu: unary(
    'Relu',
    ['inputs'],
    times((at, x) => above(at, x)),
  ),
  LeakyRelu: unary(
    'LeakyRelu',
    ['inputs'],
    times((at, x) => {
      const alpha = floatOf(at.known.node, 'alpha', 0.01);
      return at.build.add('Add', [
        at.build.add('Mul', [above(at, x), at.build.scalar(1 - alpha)]),
        at.build.scalar(alpha),
      ]);
    }),
    given({ alpha: { float: 0.1 } }),
  ),
  PRelu: {
    ...{ op: 'PRelu', opset: [9, 26], keeps: ['inputs'] },
    inputs: [
      bent((at) => at.inputs[1]!, one),
      (at) => {
        const below = at.build.add('Min', [at.inputs[0]!, at.build.scalar(0)]);
        const full = at.build.add('Mul', [at.gradient, below]);
        return sumTo(at.build, full, at.shape(at.output), at.shape(at.inputs[1]!));
      },
    ],
    samples: [{ shapes: shapes('2x3', '2x3') }, { shapes: shapes('2x3', '3') }, { shapes: shapes('4x2x3', '2x1') }],
  },
  ThresholdedRelu: unary(
    'ThresholdedRelu',
    ['inputs'],
    times((at, x) => above(at, x, floatOf(at.known.node, 'alpha', 1))),
    given({ alpha: { float: 0.05 } }),
  ),
  Elu: unary(
    'Elu',
    ['inputs', 'output'],
    bent((at, _, y) => at.build.add('Add', [y, at.build.scalar(floatOf(at.known.node, 'alpha', 1))]), one),
    given({ alpha: { float: 0.7 } }),
  ),
  Selu: unary(
    'Selu',
    ['inputs', 'output'],
    bent(
      (at, _, y) => {
        const depth = floatOf(at.known.node, 'gamma', SELU.gamma) * floatOf(at.known.node, 'alpha', SELU.alpha);
        return at.build.add('Add', [y, at.build.scalar(depth)]);
      },
      (at) => at.build.scalar(floatOf(at.known.node, 'gamma', SELU.gamma)),
    ),
  ),
  Celu: unary(
    'Celu',
    ['inputs'],
    bent(
      (at, x) => at.build.add('Exp', [at.build.add('Div', [x, at.build.scalar(floatOf(at.known.node, 'alpha', 1))])]),
      one,
    ),
    given({ alpha: { float: 1.5 } }),
  ),
  Tanh: unary(
    'Tanh',
    ['output'],
    times((at, _, y) => onePlus(at, -1, y)),
  ),
  Sigmoid: unary(
    'Sigmoid',
    ['output'],
    times((at, _, y) => at.build.add('Mul', [y, at.build.add('Sub', [one(at), y])])),
  ),
  HardSigmoid: unary(
    'HardSigmoid',
    ['output'],
    times((at, _, y) => {
      const rising = at.build.add('Sub', [above(at, y), toFloat(at, at.build.add('GreaterOrEqual', [y, one(at)]))]);
      return at.build.add('Mul', [rising, at.build.scalar(floatOf(at.known.node, 'alpha', 0.2))]);
    }),
    given({ alpha: { float: 0.4 }, beta: { float: 0.5 } }),
  ),
  HardSwish: unary(
    'HardSwish',
    ['inputs'],
    times((at, x) => {
      const middle = at.build.add('Add', [at.build.add('Div', [x, at.build.scalar(3)]), at.build.scalar(0.5)]);
      const isMiddle = at.build.add('Sub', [above(at, x, -3), above(at, x, 3)]);
      return at.build.add('Add', [at.build.add('Mul', [isMiddle, middle]), above(at, x, 3)]);
    }),
    SHAPES.map((sample, index) => ({ ...sample, range: index === 0 ? ([3.2, 5] as const) : ([-2.8, 2.8] as const) })),
  ),
  Softplus: unary(
    'Softplus',
    ['inputs'],
    times((at, x) => at.build.add('Sigmoid', [x])),
  ),
  Softsign: unary('Softsign', ['inputs'], (at) => {
    const under = at.build.add('Add', [one(at), at.build.add('Abs', [at.inputs[0]!])]);
    return at.build.add('Div', [at.gradient, at.build.add('Mul', [under, under])]);
  }),
  Gelu: unary(
    'Gelu',
    ['inputs'],
    times((at, x) => (at.attributes.approximate === 'tanh' ? tanhGeluSlope(at, x) : geluSlope(at, x))),
    [...SHAPES, ...given({ approximate: 'tanh' })],
  ),
  Mish: unary(
    'Mish',
    ['inputs'],
    times((at, x) => {
      const t = at.build.add('Tanh', [at.build.add('Softplus', [x])]);
      const rise = at.build.add('Mul', [at.build.add('Mul', [x, at.build.add('Sigmoid', [x])]), onePlus(at, -1, t)]);
      return at.build.add('Add', [t, rise]);
    }),
  ),
  Clip: {
    ...{ op: 'Clip', opset: [11, 26], keeps: ['inputs', 'output'] },
    inputs: [
      (at) => {
        const passes = at.build.add('Equal', [at.inputs[0]!, at.output]);
        return at.build.add('Mul', [at.gradient, toFloat(at, passes)]);
      },
      { refused: 'a bound that is learned' },
      { refused: 'a bound that is learned' },
    ],
    samples: SHAPES.map(({ shapes }) => ({
      shapes: [...shapes, [], []],
      fixed: {
        1: { type: 'float32', data: Float32Array.of(-1) },
        2: { type: 'float32', data: Float32Array.of(1.2) },
      },
    })),
  },
} as const satisfies Partial<Record<Rule['op'], Rule>>;
