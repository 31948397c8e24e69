import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backward } from '../../src/gradients/backward.ts';
import { rules } from '../../src/gradients/index.ts';
import { inputRule, type Rule, type Sample } from '../../src/gradients/rule.ts';
import { makeBuilder } from '../../src/onnx/builder.ts';
import { OPSET } from '../../src/onnx/encode.ts';
import { float32, type Graph } from '../../src/onnx/graph.ts';
import { inferShapes } from '../../src/onnx/infer-shapes.ts';
import { SLICE_OPS } from '../../src/onnx/schema.ts';
import { keyOf, randomSequence } from '../../src/tensor/random.ts';
import { sizeOf } from '../../src/tensor/shape.ts';
import { agreesWithDifferences, type Point } from './central-differences.ts';
import { stackedSample } from './stacked-sample.ts';

/** Differences near a kink say nothing: inputs are drawn from grids that keep off zero, each other and round tenths. */
const onGrid = (value: number, input: number) => Math.floor(value / 0.2) * 0.2 + 0.1 + 0.07 * input;

/** A graph of one node with drawn inputs; its output times fixed weights is the loss, so that cotangents differ. */
function oneNode(rule: Rule, sample: Sample): { graph: Graph; point: Point; drawn: string[]; loss: string } {
  const random = randomSequence(keyOf(`${rule.op}${JSON.stringify(sample)}`));
  const [low, high] = sample.range ?? [-2, 2];
  const build = makeBuilder('f_');
  const point: Record<string, { shape: readonly number[]; data: Float32Array }> = {};
  const inputs = sample.shapes.map((shape, index) => {
    const ints = sample.ints?.[index];
    if (ints) return build.ints(ints);
    const fixed = sample.fixed?.[index];
    if (fixed) return build.constant({ name: `fixed${index}`, shape, ...fixed });
    const draw = () => onGrid(low + (high - low) * random.next(), index);
    point[`x${index}`] = { shape, data: Float32Array.from({ length: sizeOf(shape) }, draw) };
    return `x${index}`;
  });
  const values = Object.entries(point).map(([name, { shape }]) => ({ name, type: 'float32' as const, shape }));
  const output = build.add(rule.op, inputs, sample.attributes ?? {});
  const shape = inferShapes(build.graph('node', values, [])).get(output)!;
  const cotangent = Float32Array.from({ length: sizeOf(shape) }, () => random.normal());
  const loss = build.add('Mul', [output, build.constant(float32('cotangent', shape, cotangent))]);
  return { graph: build.graph('node', values, []), point, drawn: Object.keys(point), loss };
}

const describe = (sample: Sample) =>
  [sample.shapes.map((shape) => `[${shape}]`).join(' '), JSON.stringify(sample.attributes ?? {})].join(' ');

for (const rule of Object.values(rules)) {
  const isDrawn = (sample: Sample, index: number) => !sample.ints?.[index] && !sample.fixed?.[index];
  const rulesOf = (sample: Sample) => sample.shapes.map((_, index) => inputRule(rule, index));
  const differentiable = rulesOf(rule.samples[0]!).some((input) => typeof input === 'function');
  if (differentiable)
    test(`${rule.op}: every sample agrees with central differences, alone and stacked over M`, async () => {
      for (const sample of rule.samples)
        for (const each of [sample, stackedSample(rule.op, sample, 2)]) {
          const { graph, point, drawn, loss } = oneNode(rule, each);
          await agreesWithDifferences(graph, { loss, wrt: drawn, point, what: `${rule.op} ${describe(each)}` });
        }
    });
  else
    test(`${rule.op}: no gradient flows, and none is made up`, () => {
      for (const sample of rule.samples) {
        const { graph, drawn, loss } = oneNode(rule, sample);
        for (const name of drawn) assert.throws(() => backward(graph, { loss, wrt: [name] }), /does not depend/);
      }
    });

  test(`${rule.op}: the row is well formed`, () => {
    assert.equal(rules[rule.op], rule);
    assert.ok(rule.samples.length >= 3);
    const [since, until] = rule.opset;
    assert.ok(Number.isInteger(since) && since >= 1 && since <= OPSET && OPSET <= until);
    assert.equal(new Set(rule.samples.map((sample) => JSON.stringify(sample))).size, rule.samples.length);
    for (const sample of rule.samples) {
      assert.ok(sample.shapes.length >= 1);
      rulesOf(sample).forEach((input, index) => {
        assert.notEqual(input, undefined);
        if (isDrawn(sample, index)) assert.ok(typeof input === 'function' || !differentiable);
        if (typeof input === 'object') assert.ok(input.refused.length > 0);
      });
    }
  });

  test(`${rule.op}: "keeps" names just the forward values that the formulas read`, () => {
    const read = new Set<string>();
    for (const sample of rule.samples) {
      const { graph } = oneNode(rule, sample);
      const node = graph.nodes[0]!;
      const shapes = inferShapes(graph);
      rulesOf(sample).forEach((formula, index) => {
        if (typeof formula !== 'function' || node.inputs[index] === undefined) return;
        const build = makeBuilder('b_');
        const output = node.outputs[0]!;
        formula({
          build,
          inputs: node.inputs,
          output,
          gradient: 'g',
          attributes: node.attributes,
          shape: (name) => shapes.get(name)!,
        });
        for (const used of build.graph('', [], []).nodes.flatMap(({ inputs }) => inputs)) {
          if (used === output) read.add('output');
          if (node.inputs.some((name, at) => name === used && !sample.ints?.[at])) read.add('inputs');
        }
      });
    }
    assert.deepEqual([...read].sort(), [...rule.keeps].sort());
  });
}

test('every operator of a slice has its row, and no other', () => {
  assert.deepEqual(Object.keys(rules).sort(), [...SLICE_OPS].sort());
});
