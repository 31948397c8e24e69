import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backward } from '../../src/gradients/backward.ts';
import { makeBuilder } from '../../src/onnx/builder.ts';
import type { Value } from '../../src/onnx/graph.ts';
import { randomSequence } from '../../src/tensor/random.ts';
import { agreesWithDifferences, type Point } from './central-differences.ts';

const float = (name: string, shape: readonly number[]): Value => ({ name, type: 'float32', shape });

function draw(values: readonly Value[]): Point {
  const random = randomSequence(7);
  return Object.fromEntries(
    values.map(({ name, shape }) => {
      const axes = shape as readonly number[];
      const size = axes.reduce((product, axis) => product * axis, 1);
      return [name, { shape: axes, data: Float32Array.from({ length: size }, () => random.normal() * 0.7) }];
    }),
  );
}

test('a value that is used many times gets the sum of its gradients', async () => {
  const build = makeBuilder('f_');
  const square = build.add('Mul', ['x', 'x']);
  const twice = build.add('Add', [square, square]);
  const all = build.add('Add', [build.add('Sub', [twice, 'x']), build.add('Tanh', [square])]);
  const inputs = [float('x', [2, 3])];
  await agreesWithDifferences(build.graph('many', inputs, []), {
    loss: all,
    wrt: ['x'],
    point: draw(inputs),
    what: 'x in six places',
  });
});

test('inputs that tie for the maximum share its gradient', async () => {
  const build = makeBuilder('f_');
  const loss = build.add('Max', ['x', 'x', build.add('Neg', [build.add('Mul', ['x', 'x'])])]);
  const point = { x: { shape: [2], data: Float32Array.of(0.6, 1.4) } };
  await agreesWithDifferences(build.graph('tie', [float('x', [2])], []), { loss, wrt: ['x'], point, what: 'a tie' });
});

test('a stacked network with bias, softmax and cross-entropy is differentiated as a whole', async () => {
  const build = makeBuilder('f_');
  const hidden = build.add('Sigmoid', [build.add('Add', [build.add('MatMul', ['x', 'w1']), 'b1'])]);
  const logits = build.add('Add', [build.add('MatMul', [hidden, 'w2']), 'b2']);
  const likelihood = build.add('Mul', [build.add('LogSoftmax', [logits], { axis: -1 }), 'y']);
  const loss = build.add('Neg', [build.add('ReduceMean', [likelihood], { keepdims: 0 })]);
  const inputs = [
    float('x', [2, 5, 3]),
    float('y', [2, 5, 2]),
    float('w1', [2, 3, 4]),
    float('b1', [2, 1, 4]),
    float('w2', [2, 4, 2]),
    float('b2', [2, 1, 2]),
  ];
  const point = draw(inputs);
  await agreesWithDifferences(build.graph('network', inputs, []), {
    loss,
    wrt: ['w1', 'b1', 'w2', 'b2', 'x'],
    point,
    what: 'a network',
  });
});

test('only what was asked for is differentiated', () => {
  const build = makeBuilder('f_');
  const product = build.add('MatMul', ['x', 'w']);
  const shifted = build.add('Exp', [build.add('Mul', ['x', 'x'])]);
  const loss = build.add('Add', [product, build.add('ReduceSum', [shifted], { keepdims: 1 })]);
  const graph = build.graph('partly', [float('x', [2, 2]), float('w', [2, 2])], []);
  const { build: full } = backward(graph, { loss, wrt: ['w'] });
  const added = full.graph('', [], []).nodes.slice(graph.nodes.length);
  assert.deepEqual(added.map(({ op }) => op).sort(), ['Expand', 'MatMul', 'Transpose']);
});

test('what cannot be differentiated is refused, not guessed', () => {
  const one = (op: string, inputs: string[]) => {
    const build = makeBuilder('f_');
    const loss = build.add(op, inputs);
    return { graph: build.graph('one', [float('x', [2]), float('y', [2])], []), loss };
  };
  const cases: [string, string[], string, RegExp][] = [
    ['Det', ['x'], 'x', /no shape rule for Det/],
    ['Greater', ['x', 'y'], 'x', /does not depend on "x"/],
    ['Exp', ['x'], 'y', /does not depend on "y"/],
    ['Exp', ['z'], 'x', /z is used before it is made/],
  ];
  for (const [op, inputs, wrt, message] of cases) {
    const { graph, loss } = one(op, inputs);
    assert.throws(() => backward(graph, { loss, wrt: [wrt] }), message);
  }
  const build = makeBuilder('f_');
  const target = build.ints([4]);
  const loss = build.add('Reshape', ['x', target]);
  const reshaped = build.graph('reshape', [float('x', [2, 2])], []);
  assert.throws(() => backward(reshaped, { loss, wrt: [target] }), /does not depend/);
  const open = build.graph('open', [{ name: 'x', type: 'float32', shape: ['N', 2] }], []);
  assert.throws(() => backward(open, { loss, wrt: ['x'] }), /symbolic axis/);
});
