import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldConstants } from '../../src/onnx/fold.ts';
import type { Attribute, Graph } from '../../src/onnx/graph.ts';
import { runGraph } from './run-graph.ts';

const NOTHING = { inputs: {}, keep: new Set<string>() };
const OPSETS = { opsets: { '': 21, 'ai.onnx.ml': 3 }, irVersion: 10 };
const floats = (...values: readonly number[]) => ({ floats: values });

function linear(op: string, attributes: Readonly<Record<string, Attribute>>, scores: number): Graph {
  const outputs = op === 'LinearClassifier' ? ['label', 'y'] : ['y'];
  return {
    ...{ name: 'g', initializers: [], inputs: [{ name: 'x', type: 'float32', shape: [3, 2] }] },
    nodes: [{ op, domain: 'ai.onnx.ml', inputs: ['x'], outputs, attributes }],
    outputs: [{ name: 'y', type: 'float32', shape: [3, scores] }],
  };
}

async function run(graph: Graph): Promise<number[]> {
  const data = Float32Array.of(1, -2, 0.5, 3, -1, 0);
  const { y } = await runGraph(graph, { x: { type: 'float32', shape: [3, 2], data } }, OPSETS);
  return Array.from(y as Float32Array);
}

const three = { coefficients: floats(1, 2, -1, 0.5, 0.25, -2), intercepts: floats(0.5, -1, 0) };
const labels = { classlabels_ints: [0, 1, 2] };

test('a linear model written out gives what the runtime gives', async () => {
  const cases: [string, Record<string, Attribute>, number][] = [
    ...['NONE', 'SOFTMAX', 'LOGISTIC'].map((post_transform): [string, Record<string, Attribute>, number] => [
      ...(['LinearClassifier', { ...three, ...labels, post_transform }, 3] as const),
    ]),
    ['LinearRegressor', { coefficients: floats(1, -3), intercepts: floats(2) }, 1],
    ['LinearRegressor', { ...three, targets: 3 }, 3],
    ['LinearRegressor', { coefficients: floats(1, 2, 3, 4), targets: 2 }, 2],
  ];
  for (const [op, attributes, scores] of cases) {
    const whole = linear(op, attributes, scores);
    const graph = foldConstants(whole, NOTHING);
    assert.ok(graph.nodes.every(({ domain }) => domain === ''));
    const [expected, found] = [await run(whole), await run(graph)];
    assert.equal(found.length, expected.length);
    for (const [at, value] of found.entries()) assert.ok(Math.abs(value - expected[at]!) < 1e-6, `${op} at ${at}`);
  }
});

test('other links, one score for two classes, and coefficients that do not fit are refused', () => {
  const refused = (attributes: Record<string, Attribute>, message: RegExp) =>
    assert.throws(() => foldConstants(linear('LinearClassifier', attributes, 3), NOTHING), message);
  refused({ ...three, ...labels, post_transform: 'PROBIT' }, /the link PROBIT/);
  refused({ coefficients: floats(1, 2), intercepts: floats(0) }, /one score for two classes/);
  refused({ coefficients: floats(1, 2, 3), intercepts: floats(0, 0) }, /3 coefficients for 2 scores/);
  refused({ coefficients: floats(1, 2) }, /2 coefficients for 0 scores/);
});
