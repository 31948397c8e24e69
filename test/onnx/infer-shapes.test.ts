import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadOnnxruntime, makeRuntime } from '../../src/adapters/onnxruntime.ts';
import { rules } from '../../src/gradients/index.ts';
import { makeBuilder } from '../../src/onnx/builder.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Attribute } from '../../src/onnx/graph.ts';
import { inferShapes } from '../../src/onnx/infer-shapes.ts';
import { sizeOf } from '../../src/tensor/shape.ts';

const runtime = makeRuntime(loadOnnxruntime(), { threads: 1, kind: 'native' });

/** Operators whose inputs are truth values. */
const LOGICAL: readonly string[] = ['And', 'Or', 'Xor', 'Not'];

test('the shape of every operator is what onnxruntime makes', async () => {
  for (const { op, samples } of Object.values(rules))
    for (const { shapes, ints, fixed, attributes, outputs: count = 1 } of samples) {
      const build = makeBuilder('s_');
      const type = LOGICAL.includes(op) ? ('bool' as const) : ('float32' as const);
      const values = shapes.map((shape, index) => ({ name: `x${index}`, type, shape }));
      const constant = (index: number) => {
        if (ints?.[index]) return build.ints(ints[index]);
        return fixed?.[index] && build.constant({ name: `c${index}`, shape: shapes[index]!, ...fixed[index] });
      };
      const names = values.map(({ name }, index) => constant(index) ?? name);
      const inputs = values.filter(({ name }) => names.includes(name));
      const outputs = Array.from({ length: count }, () => build.fresh('out'));
      const alone = build.graph('shape', inputs, []);
      const node = { op, domain: '', inputs: names, outputs, attributes: attributes ?? {} };
      const inferred = inferShapes({ ...alone, nodes: [node] });
      const more = makeBuilder('m_', { ...alone, nodes: [node] });
      const made = outputs.map((name) => more.add('Shape', [name]));
      const graph = more.graph(
        'shape',
        inputs,
        made.map((name) => ({ name, type: 'int64', shape: ['rank'] })),
      );
      const session = await runtime.create(encodeModel(graph));
      const feeds = inputs.map(({ name, shape: axes }) => {
        const size = sizeOf(axes);
        const data = type === 'bool' ? new Uint8Array(size) : new Float32Array(size).fill(1);
        return [name, { type, shape: axes, data }] as const;
      });
      const results = await session.run(Object.fromEntries(feeds));
      await session.release();
      outputs.forEach((name, index) => {
        const found = Array.from(results[made[index]!] as BigInt64Array, Number);
        assert.deepEqual(inferred.get(name), found, `${op} of ${JSON.stringify(shapes)}`);
      });
    }
});

test('shapes that do not fit are refused', () => {
  const at = (op: string, shapes: number[][], attributes: Record<string, Attribute> = {}) => {
    const build = makeBuilder('s_');
    const values = shapes.map((shape, index) => ({ name: `x${index}`, type: 'float32' as const, shape }));
    build.add(
      op,
      values.map(({ name }) => name),
      attributes,
    );
    return () => inferShapes(build.graph('shape', values, []));
  };
  assert.throws(at('MatMul', [[2, 3], [4, 5]]), /MatMul of \[2,3\] and \[4,5\]/); // biome-ignore format: one case a line
  assert.throws(at('MatMul', [[3], [3, 5]]), /MatMul/); // biome-ignore format: one case a line
  assert.throws(at('Add', [[2, 3], [2]]), /do not broadcast at axis 1/); // biome-ignore format: one case a line
  assert.throws(at('Gemm', [[2, 3], [4, 3]]), /Gemm of \[2,3\] and \[4,3\]/); // biome-ignore format: one case a line
  assert.throws(at('Conv', [[1, 4, 9], [2, 3, 3]]), /Conv of \[1,4,9\] and \[2,3,3\] in 1 groups/); // biome-ignore format: one case a line
  assert.throws(at('Conv', [[1, 4, 9], [3, 2, 3]], { group: 2 }), /in 2 groups/); // biome-ignore format: one case a line
  assert.throws(at('ConvTranspose', [[1, 4, 9], [3, 2, 3]]), /ConvTranspose of/); // biome-ignore format: one case a line
  const einsum = (equation: string, ...shapes: number[][]) => at('Einsum', shapes, { equation });
  assert.throws(einsum('ij,jk->ik', [2, 3], [4, 5]), /j has two sizes/);
  assert.throws(einsum('ij->i', [2, 3, 4]), /ij for an input of 3 axes/);
  assert.throws(einsum('ij->k', [2, 3]), /no input has k/);
  assert.throws(einsum('...ij->ij', [2, 3]), /ellipsis/);
  assert.throws(einsum('ii->i', [2, 2]), /diagonal/);
  assert.throws(einsum('ij,jk->ik', [2, 3]), /no equation of 1 inputs/);
  assert.throws(at('NoSuchOp', [[2, 3]]), /no shape rule for NoSuchOp/);
});
