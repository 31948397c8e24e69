import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listLength, parseList } from '../../src/table/lists.ts';

const numbers = (text: string | null) => {
  const found = parseList(text);
  return found && Array.from(found);
};

test('numbers as JSON, Parquet and arrays write them; words for a missing one are NaN', () => {
  assert.deepEqual(numbers('[1,-2.5,0,1e-9,+3,.5,10]'), [1, -2.5, 0, 1e-9, 3, 0.5, 10]);
  assert.deepEqual(numbers('[ 1 , 2.0 ]'), [1, 2]);
  assert.deepEqual(numbers('[NaN,-inf,NULL,Infinity,0.0]'), [NaN, NaN, NaN, NaN, 0]);
});

test('other texts are no lists', () => {
  const others = ['[0x10]', '[1,]', '[]', '[ ]', '[1,,2]', '["a"]', '[1,[2]]', '[true]', '1,2', '[1', '1]', '[1_0]', '', null]; // biome-ignore format: one idea
  for (const other of others) assert.equal(numbers(other), null, String(other));
});

test('a length is told by the commas', () => {
  assert.deepEqual(['[1]', '[1,2,3]', '[', 'x'].map(listLength), [1, 3, null, null]);
});
