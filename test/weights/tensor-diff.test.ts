import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tensor } from '../../src/onnx/graph.ts';
import { fromBfloat, fromHalf } from '../../src/tensor/half.ts';
import { randomSequence } from '../../src/tensor/random.ts';
import { effectiveRank } from '../../src/weights/effective-rank.ts';
import { diffTensors } from '../../src/weights/tensor-diff.ts';

const floats = (name: string, shape: readonly number[], ...data: number[]): Tensor => ({
  ...{ name, type: 'float32', shape, data: Float32Array.from(data) },
});
const near = (value: number | null | undefined, expected: number, within = 1e-6) =>
  assert.ok(Math.abs(value! - expected) <= within, `${value}, expected ${expected}`);

test('tensors are told apart by name: same, added, removed, of another form, changed', () => {
  const base = [floats('a', [2], 1, 2), floats('b', [1], 1), floats('c', [2], 1, 2), floats('d', [2], 3, 4)];
  const head = [floats('a', [2], 1, 2), floats('c', [2, 1], 1, 2), floats('d', [2], 3, 5), floats('e', [1], 0)];
  const kinds = diffTensors(base, head).map(({ name, kind }) => [name, kind]);
  assert.deepEqual(kinds, [['a', 'same'], ['b', 'removed'], ['c', 'retyped'], ['d', 'changed'], ['e', 'added']]); // biome-ignore format: one line
  const texts = (...data: string[]): Tensor => ({ name: 't', type: 'string', shape: [data.length], data });
  assert.equal(diffTensors([texts('x')], [texts('x')])[0]!.kind, 'same');
  assert.equal(diffTensors([texts('x')], [texts('y')])[0]!.kind, 'retyped');
  assert.equal(
    diffTensors([floats('z', [1], 0)], [floats('z', [1], -0)])[0]!.kind,
    'changed',
    'the sign of zero is a bit',
  );
});

test('how far, in which direction, in how many, and whether by low bits alone', () => {
  const changeOf = (one: Tensor, other: Tensor) => diffTensors([one], [other])[0]!.change!;
  const moved = changeOf(floats('w', [2, 2], 3, 0, 0, 4), floats('w', [2, 2], 3, 0, 0, 1));
  near(moved.relativeNorm, 3 / 5);
  near(moved.cosine, (9 + 4) / (5 * Math.sqrt(10)));
  near(moved.effectiveRank, 1);
  near(moved.share, 0.25);
  assert.equal(moved.isLowBitsAlone, false);
  near(changeOf(floats('w', [2, 2], 0, 0, 0, 0), floats('w', [2, 2], 1, 0, 0, 1)).effectiveRank, 2);
  assert.equal(changeOf(floats('w', [1], 0), floats('w', [1], 1)).relativeNorm, Number.POSITIVE_INFINITY);
  assert.equal(changeOf(floats('w', [3], 1, 1, 1), floats('w', [3], 1, 2, 1)).effectiveRank, null);
  const bits = Float32Array.of(0.7, -1.3);
  const hidden = Uint32Array.from(new Uint32Array(bits.buffer), (word) => word ^ 0x2f);
  const stuffed = { ...floats('w', [2]), data: new Float32Array(hidden.buffer) };
  const low = changeOf({ ...floats('w', [2]), data: bits }, stuffed);
  assert.deepEqual([low.isLowBitsAlone, low.share], [true, 1]);
});

test('numbers that are none are counted and left out of the figures', () => {
  const [found] = diffTensors([floats('w', [3], 1, 1, 1)], [floats('w', [3], 1, Number.NaN, Number.POSITIVE_INFINITY)]);
  assert.deepEqual([found!.notFinite, found!.change!.relativeNorm], [2, 0]);
});

test('half floats and bfloats are compared by value', () => {
  for (const [
    bits,
    value,
  ] of [[0x3c00, 1], [0xc000, -2], [0x0001, 2 ** -24], [0x7bff, 65504], [0xfc00, -Infinity], [0x8000, -0]]) // biome-ignore format: one line
    assert.ok(Object.is(fromHalf(bits!), value));
  assert.ok(Number.isNaN(fromHalf(0x7e00)));
  assert.deepEqual([fromBfloat(0x3f80), fromBfloat(0xc040), fromBfloat(0x7f80)], [1, -3, Infinity]);
  const halves = (type: 'float16' | 'bfloat16', ...bits: number[]): Tensor => ({
    ...{ name: 'w', type, shape: [bits.length], data: Uint16Array.from(bits) },
  });
  near(diffTensors([halves('float16', 0x3c00)], [halves('float16', 0xc000)])[0]!.change!.relativeNorm, 3);
  near(diffTensors([halves('bfloat16', 0x3f80)], [halves('bfloat16', 0xc040)])[0]!.change!.relativeNorm, 4);
});

test('the effective rank of matrices whose singular values are known', () => {
  const random = randomSequence(4);
  const normals = (count: number) => Float64Array.from({ length: count }, () => random.normal());
  for (const [rows, columns] of [[5, 9], [9, 5], [1, 4]] as const) // biome-ignore format: one line
    near(effectiveRank(new Float64Array(rows * columns).fill(2), rows, columns), 1, 1e-4);
  const diagonal = (...values: number[]) =>
    Float64Array.from({ length: values.length ** 2 }, (_, at) =>
      at % (values.length + 1) === 0 ? values[at % values.length]! : 0,
    );
  near(effectiveRank(diagonal(1, 1, 1), 3, 3), 3);
  const [p, q] = [3 / 4, 1 / 4];
  near(effectiveRank(diagonal(3, 1), 2, 2), Math.exp(-p * Math.log(p) - q * Math.log(q)));
  assert.equal(effectiveRank(new Float64Array(6), 2, 3), 0);
  // A product of thin matrices has the rank of the thin side, sketched or not.
  for (const size of [40, 200]) {
    const [left, right] = [normals(size * 2), normals(2 * size)];
    const product = Float64Array.from({ length: size * size }, (_, at) => {
      const [r, c] = [Math.floor(at / size), at % size];
      return left[r * 2]! * right[c]! + left[r * 2 + 1]! * right[size + c]!;
    });
    const rank = effectiveRank(product, size, size);
    assert.ok(rank > 1.5 && rank < 2.01, `${rank} of ${size}`);
  }
});
