import assert from 'node:assert/strict';
import { test } from 'node:test';
import { floatOf, floatsIn, intOf, intsIn } from '../../src/onnx/attributes.ts';
import type { Attribute } from '../../src/onnx/graph.ts';

const of = (value?: Attribute) => ({ attributes: value === undefined ? {} : { a: value } });

test('an attribute is read as what it is, or its default where it is not there', () => {
  assert.deepEqual([intOf(of(3), 'a', 7), intOf(of(), 'a', 7)], [3, 7]);
  assert.deepEqual([floatOf(of({ float: 0.5 }), 'a', 1), floatOf(of(), 'a', undefined)], [0.5, undefined]);
  assert.deepEqual([intsIn(of([1, 2]), 'a'), intsIn(of(), 'a')], [[1, 2], undefined]);
  assert.deepEqual([floatsIn(of({ floats: [1] }), 'a'), floatsIn(of(), 'a')], [[1], undefined]);
});

test('an attribute of another type is the fault of the model', () => {
  const tensor = { name: '', type: 'int64', shape: [1], data: BigInt64Array.of(1n) } as const;
  const any: Readonly<Record<string, Attribute>> = { int: 3, float: { float: 1 }, ints: [1], floats: { floats: [1] }, text: 'x', tensor }; // biome-ignore format: one line
  const readers = {
    int: (value: Attribute) => intOf(of(value), 'a', 0),
    float: (value: Attribute) => floatOf(of(value), 'a', 0),
    ints: (value: Attribute) => intsIn(of(value), 'a'),
    floats: (value: Attribute) => floatsIn(of(value), 'a'),
  };
  for (const [own, read] of Object.entries(readers))
    for (const [kind, value] of Object.entries(any))
      if (kind !== own) assert.throws(() => read(value), { code: 'onnx-invalid' }, `${own} from ${kind}`);
});
