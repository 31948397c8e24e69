import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { backward } from '../../src/gradients/backward.ts';
import { rules } from '../../src/gradients/index.ts';
import { inputRule, type Rule, type Sample } from '../../src/gradients/rule.ts';
import { stack } from '../../src/gradients/stack.ts';
import { makeBuilder } from '../../src/onnx/builder.ts';
import { OPSET } from '../../src/onnx/encode.ts';
import { type Attribute, float32, type Graph } from '../../src/onnx/graph.ts';
import { inferShapes } from '../../src/onnx/infer-shapes.ts';
import { BROADCASTING, SLICE_OPS } from '../../src/onnx/schema.ts';
import { constantsOf, factsOf } from '../../src/onnx/shape-rule.ts';
import { keyOf, randomSequence } from '../../src/tensor/random.ts';
import { sizeOf } from '../../src/tensor/shape.ts';
import { runGraph } from '../onnx/run-graph.ts';
import { agreesWithDifferences, type Point } from './central-differences.ts';

/** Differences near a kink say nothing: inputs are drawn from grids that keep off zero, each other and round tenths. */
const onGrid = (value: number, input: number) => Math.floor(value / 0.2) * 0.2 + 0.1 + 0.07 * input;

interface OneNode {
  readonly graph: Graph;
  readonly point: Point;
  readonly outputs: readonly string[];
}

/** A graph of one node with drawn inputs. */
function oneNode(rule: Rule, sample: Sample): OneNode {
  const random = randomSequence(keyOf(`${rule.op}${JSON.stringify(sample.shapes)}`));
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
  const outputs = Array.from({ length: sample.outputs ?? 1 }, () => build.fresh('out'));
  build.put({ op: rule.op, domain: '', inputs, outputs, attributes: sample.attributes ?? {} });
  return { graph: build.graph('node', valuesOf(point), []), point, outputs };
}

const valuesOf = (point: Point) =>
  Object.entries(point).map(([name, { shape }]) => ({ name, type: 'float32' as const, shape }));

/** The same node for two models at once: the chosen inputs with values of each model's own. */
function twice({ graph, point, outputs }: OneNode, chosen: readonly string[]): OneNode {
  const both = Object.fromEntries(
    Object.entries(point).map(([name, { shape, data }]) => {
      if (!chosen.includes(name)) return [name, { shape, data }];
      // Reversed, they are other values on the same grid.
      return [name, { shape: [2, ...shape], data: Float32Array.from([...data, ...data.toReversed()]) }];
    }),
  );
  const { graph: stacked } = stack(graph, { models: 2, inputs: new Set(chosen) });
  return { graph: stacked, point: both, outputs };
}

/** Each model of a stacked node gives what it gives alone. */
async function agreesWithAlone(alone: OneNode, both: OneNode, chosen: readonly string[], what: string): Promise<void> {
  const shapes = inferShapes(alone.graph);
  const run = async ({ graph, outputs }: OneNode, point: Point, lead: readonly number[]) => {
    const values = outputs.map((name) => ({ name, type: 'float32' as const, shape: [...lead, ...shapes.get(name)!] }));
    const feeds = Object.entries(point).map(([name, value]) => [name, { type: 'float32', ...value }] as const);
    const results = await runGraph({ ...graph, outputs: values }, Object.fromEntries(feeds));
    return outputs.map((name) => Array.from(results[name] as Float32Array));
  };
  const own = (model: number) =>
    Object.fromEntries(
      Object.entries(alone.point).map(([name, { shape, data }]) => {
        const whole = both.point[name]!.data;
        const part = whole.slice(model * data.length, (model + 1) * data.length);
        return [name, { shape, data: chosen.includes(name) ? part : data }];
      }),
    );
  const together = await run(both, both.point, [2]);
  const apart = [await run(alone, own(0), []), await run(alone, own(1), [])];
  together.forEach((values, output) => {
    const expected = [...apart[0]![output]!, ...apart[1]![output]!];
    assert.equal(values.length, expected.length, what);
    values.forEach((value, at) => {
      const near = Math.abs(value - expected[at]!) <= 1e-4 * Math.max(1, Math.abs(expected[at]!));
      assert.ok(near || Object.is(value, expected[at]), `${what}: stacked ${value}, alone ${expected[at]} at ${at}`);
    });
  });
}

/** The outputs times fixed weights are the loss, so that cotangents differ. */
function weighted({ graph, outputs }: OneNode): { graph: Graph; loss: string } {
  const random = randomSequence(77);
  const shapes = inferShapes(graph);
  const build = makeBuilder('w_', graph);
  const terms = outputs.map((name, index) => {
    const shape = shapes.get(name)!;
    const cotangent = Float32Array.from({ length: sizeOf(shape) }, () => random.normal());
    const product = build.add('Mul', [name, build.constant(float32(`cotangent${index}`, shape, cotangent))]);
    return outputs.length === 1 ? product : build.add('ReduceSum', [product], { keepdims: 0 });
  });
  const loss = terms.length === 1 ? terms[0]! : build.add('Sum', terms);
  return { graph: build.graph('node', graph.inputs, []), loss };
}

const describe = (sample: Sample) =>
  [sample.shapes.map((shape) => `[${shape}]`).join(' '), JSON.stringify(sample.attributes ?? {})].join(' ');

for (const rule of Object.values(rules)) {
  const isDrawn = (sample: Sample, index: number) => !sample.ints?.[index] && !sample.fixed?.[index];
  const rulesOf = (sample: Sample) => sample.shapes.map((_, index) => inputRule(rule, index));
  const differentiable = rulesOf(rule.samples[0]!).some((input) => typeof input === 'function');
  if (differentiable)
    test(`${rule.op}: every sample agrees with central differences, alone and stacked over M`, async () => {
      for (const sample of rule.samples) {
        const alone = oneNode(rule, sample);
        const names = Object.keys(alone.point);
        const cases: { node: OneNode; wrt: readonly string[] }[] = [{ node: alone, wrt: names }];
        for (const chosen of names.length > 1 ? [names, names.slice(0, 1), names.slice(1)] : [names])
          cases.push({ node: twice(alone, chosen), wrt: chosen });
        for (const { node, wrt } of cases.slice(1))
          await agreesWithAlone(alone, node, wrt, `${rule.op} ${describe(sample)} ${wrt}`);
        for (const { node, wrt } of cases) {
          const { graph, loss } = weighted(node);
          const what = `${rule.op} ${describe(sample)} ${wrt}`;
          await agreesWithDifferences(graph, { loss, wrt, point: node.point, what });
        }
      }
    });
  else
    test(`${rule.op}: no gradient flows, and none is made up`, () => {
      for (const sample of rule.samples) {
        const node = oneNode(rule, sample);
        const { graph, loss } = weighted(node);
        for (const name of Object.keys(node.point))
          assert.throws(() => backward(graph, { loss, wrt: [name] }), /does not depend/);
      }
    });

  test(`${rule.op}: the row is well formed`, () => {
    assert.equal(rules[rule.op], rule);
    assert.ok(rule.samples.length >= 3);
    const [since, until] = rule.opset;
    assert.ok(Number.isInteger(since) && since >= 1 && since <= OPSET && OPSET <= until);
    assert.equal(new Set(rule.samples.map((sample) => inspect(sample, { depth: 9 }))).size, rule.samples.length);
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
          ...{ build, inputs: node.inputs, output, gradient: 'g', attributes: node.attributes },
          gradientOf: (which) => `g${which}`,
          shape: (name) => shapes.get(name)!,
          known: factsOf(constantsOf(graph), shapes)(node),
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

test('operators that broadcast are compared where they do', () => {
  const spreads = [...BROADCASTING, 'PRelu', 'MatMul', 'Expand', 'Gemm', 'LayerNormalization'] as const;
  for (const op of spreads) {
    const drawn = rules[op].samples.filter(({ shapes }) => new Set(shapes.map(String)).size > 1);
    assert.ok(drawn.length > 0, op);
  }
});

test('the limits of the rows hold for the forms that they name, and for no sample', () => {
  const forms: Partial<Record<Rule['op'], Readonly<Record<string, Attribute>>>> = {
    Cast: { to: 7 },
    Pad: { mode: 'reflect' },
    GatherND: { batch_dims: 1 },
    ScatterND: { reduction: 'mul' },
    ScatterElements: { reduction: 'max' },
  };
  for (const rule of Object.values(rules)) {
    const applies = (attributes: Readonly<Record<string, Attribute>>) =>
      rule.limit?.applies({ op: rule.op, domain: '', inputs: [], outputs: [], attributes }) ?? false;
    assert.equal(rule.limit !== undefined, rule.op in forms, rule.op);
    assert.equal(applies(forms[rule.op] ?? {}), rule.op in forms, rule.op);
    for (const { attributes = {} } of rule.samples) assert.equal(applies(attributes), false, rule.op);
  }
  const sample = rules.Pad.samples[0]!;
  const node = oneNode(rules.Pad, { ...sample, attributes: { mode: 'reflect' } });
  const { graph, loss } = weighted(node);
  assert.throws(() => backward(graph, { loss, wrt: ['x0'] }), /no gradient passes through padding by reflected/);
});
