import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tensor } from '../../src/onnx/graph.ts';
import { fromBfloat, fromHalf } from '../../src/tensor/half.ts';
import { randomSequence } from '../../src/tensor/random.ts';
import { effectiveRank } from '../../src/weights/effective-rank.ts';
import { tensorIn } from '../../src/weights/stored-tensor.ts';
import { diffTensors } from '../../src/weights/tensor-diff.ts';

const floats = (name: string, shape: readonly number[], ...data: number[]): Tensor => ({
  ...{ name, type: 'float32', shape, data: Float32Array.from(data) },
});
const stored = (tensors: readonly Tensor[]) =>
  tensors.map(({ data, ...form }) => tensorIn({ ...form, typeName: form.type }, data));
const diff = (base: readonly Tensor[], head: readonly Tensor[]) => diffTensors(stored(base), stored(head));
const near = (value: number | null | undefined, expected: number, within = 1e-6) =>
  assert.ok(Math.abs(value! - expected) <= within, `${value}, expected ${expected}`);

test('tensors are told apart by name: same, added, removed, of another form, changed; the largest change first', () => {
  const base = [floats('a', [2], 1, 2), floats('b', [1], 1), floats('c', [2], 1, 2), floats('d', [2], 3, 4)];
  const head = [floats('a', [2], 1, 2), floats('c', [2, 1], 1, 2), floats('d', [2], 3, 5), floats('e', [1], 0)];
  const more = [floats('f', [1], 1), floats('f', [1], 9)] as const;
  const facts = diff([...base, more[0]], [...head, more[1]]);
  const kinds = facts.changes.map(({ name, kind }) => [name, kind]);
  assert.deepEqual(kinds, [['c', 'retyped'], ['f', 'changed'], ['d', 'changed'], ['b', 'removed'], ['e', 'added']]); // biome-ignore format: one line
  assert.deepEqual([facts.same, facts.tensors, facts.numbers], [1, { base: 5, head: 5 }, { base: 8, head: 8 }]);
  near(facts.relativeNorm, Math.sqrt((1 + 64) / (1 + 4 + 9 + 16 + 1)));
  const texts = (...data: string[]): Tensor => ({ name: 't', type: 'string', shape: [data.length], data });
  assert.equal(diff([texts('x')], [texts('x')]).same, 1);
  assert.equal(diff([texts('x')], [texts('y')]).changes[0]!.kind, 'uncompared');
  assert.equal(
    diff([floats('z', [1], 0)], [floats('z', [1], -0)]).changes[0]!.kind,
    'changed',
    'the sign of zero is a bit',
  );
  const payload = (bits: number) => ({ ...floats('n', [1]), data: new Float32Array(Uint32Array.of(bits).buffer) });
  assert.equal(diff([payload(0x7fc00000)], [payload(0x7fc0beef)]).changes[0]!.kind, 'changed', 'what a NaN can carry');
});

test('a type whose numbers are not read is compared by bytes', () => {
  const eights = (...bytes: number[]) =>
    tensorIn({ ...{ name: 'e', type: 'other', typeName: 'float8' }, shape: [2] }, Uint8Array.from(bytes));
  assert.equal(diffTensors([eights(1, 2)], [eights(1, 2)]).same, 1);
  const { changes, numbers, relativeNorm } = diffTensors([eights(1, 2)], [eights(1, 3)]);
  assert.deepEqual([changes[0]!.kind, changes[0]!.change, numbers.head, relativeNorm], ['uncompared', null, 0, null]);
});

test('how far, in which direction, in how many, and by how large a step', () => {
  const changeOf = (one: Tensor, other: Tensor) => diff([one], [other]).changes[0]!.change!;
  const moved = changeOf(floats('w', [2, 2], 3, 0, 0, 4), floats('w', [2, 2], 3, 0, 0, 1));
  near(moved.relativeNorm, 3 / 5);
  near(moved.cosine, (9 + 4) / (5 * Math.sqrt(10)));
  near(moved.effectiveRank!.value, 1);
  assert.equal(moved.effectiveRank!.most, 2);
  near(moved.share, 0.25);
  near(moved.usualStep, 1);
  near(changeOf(floats('w', [2, 2], 0, 0, 0, 0), floats('w', [2, 2], 1, 0, 0, 1)).effectiveRank!.value, 2);
  const grown = changeOf(floats('w', [1], 0), floats('w', [1], 1));
  assert.deepEqual([grown.relativeNorm, grown.usualStep], [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
  assert.equal(changeOf(floats('w', [3], 1, 1, 1), floats('w', [3], 1, 2, 1)).effectiveRank, null);
  const bits = Float32Array.of(0.7, -1.3);
  const hidden = Uint32Array.from(new Uint32Array(bits.buffer), (word) => word ^ 0x2f);
  const stuffed = { ...floats('w', [2]), data: new Float32Array(hidden.buffer) };
  const low = changeOf({ ...floats('w', [2]), data: bits }, stuffed);
  assert.deepEqual([low.usualStep! < 2 ** -17, low.share], [true, 1]);
});

test('numbers that are none are counted on both sides and left out of the figures', () => {
  const { NaN: nan, POSITIVE_INFINITY: infinite } = Number;
  const [found] = diff([floats('w', [3], 1, nan, 1)], [floats('w', [3], 1, nan, infinite)]).changes;
  assert.deepEqual([found!.base!.nans, found!.base!.infinities, found!.head!.nans, found!.head!.infinities], [1, 0, 1, 1]); // biome-ignore format: one line
  assert.equal(found!.change!.relativeNorm, 0);
  const [alone] = diff([], [floats('w', [2], nan, 1)]).changes;
  assert.deepEqual([alone!.kind, alone!.head!.nans], ['added', 1]);
});

test('numbers whose squares have no number end in figures that have', () => {
  const wide = (by: number): Tensor => ({ ...{ name: 'w', type: 'float64', shape: [2, 2] }, data: Float64Array.of(1e300, by, 1, -1e300) }); // biome-ignore format: one record
  const found = diff([wide(1)], [wide(-1e300)]);
  const { relativeNorm, cosine, effectiveRank: rank } = found.changes[0]!.change!;
  for (const value of [found.relativeNorm, relativeNorm, cosine, rank?.value ?? 0]) assert.ok(!Number.isNaN(value));
});

test('a tensor of many pieces is compared to its end', () => {
  const count = 600_001;
  const of = (value: number) => ({ ...floats('w', [count]), data: new Float32Array(count).fill(1).fill(value, -1) });
  near(diff([of(1)], [of(3)]).changes[0]!.change!.share, 1 / count);
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
  near(diff([halves('float16', 0x3c00)], [halves('float16', 0xc000)]).changes[0]!.change!.relativeNorm, 3);
  near(diff([halves('bfloat16', 0x3f80)], [halves('bfloat16', 0xc040)]).changes[0]!.change!.relativeNorm, 4);
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
