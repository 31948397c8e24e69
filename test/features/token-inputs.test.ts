import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelInputs } from '../../src/features/model-inputs.ts';
import { readTokens } from '../../src/features/token-inputs.ts';
import { joinTokens, type Tokenizer } from '../../src/features/tokens.ts';
import type { Graph } from '../../src/onnx/graph.ts';
import { smallPool } from './small-pool.ts';

/** One id a letter, between 1 and 2. */
const letters = (limit: number | null = null, left = false): Tokenizer => ({
  limit,
  encode: async (texts, most) =>
    joinTokens(texts.map((text) => [1, ...Array.from(text, (letter) => letter.charCodeAt(0)), 2].slice(0, most)), { id: 9, left }), // biome-ignore format: one idea
});

const graphOf = (inputs: Readonly<Record<string, readonly (number | string)[]>>, type: 'int64' | 'int32' = 'int32') =>
  ({ inputs: Object.entries(inputs).map(([name, shape]) => ({ name, type, shape })) }) as unknown as Graph;
const POOL = smallPool({
  review: { kind: 'text', base: ['ab', 'a', null] },
  n: { kind: 'numeric', base: ['1', '2', '3'] },
});
const OPEN = ['batch', 'length'];

/** Shape and values of each input over all rows. */
async function fed(graph: Graph, mapping: Record<string, string>, tokenizer: Tokenizer | null, pool = POOL) {
  const tokens = await readTokens(graph, pool, mapping, tokenizer);
  const inputs = modelInputs(graph, pool, mapping, null, tokens.inputs);
  const rows = pool.rows.length;
  const read = await Promise.all(inputs.map(async (input) => [input.name, [...input.row], Array.from((await input.read(0, rows)) as Int32Array)] as const)); // biome-ignore format: one idea
  return { read, remarks: tokens.remarks };
}

test('ids, mask, types and positions of one column have the length of its longest row', async () => {
  const graph = graphOf({ input_ids: OPEN, attention_mask: OPEN, token_type_ids: OPEN, position_ids: OPEN });
  const { read, remarks } = await fed(graph, { input_ids: 'review' }, letters());
  assert.deepEqual(read, [
    ['input_ids', [4], [1, 97, 98, 2, 1, 97, 2, 9, 1, 2, 9, 9]],
    ['attention_mask', [4], [1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 0, 0]],
    ['token_type_ids', [4], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['position_ids', [4], [0, 1, 2, 3, 0, 1, 2, 0, 0, 1, 0, 0]],
  ]);
  assert.deepEqual(remarks, ['The model reads the column "review" as 4 token ids a row: 1 of 3 rows have as many or more, and are cut there.']); // biome-ignore format: one idea
  assert.deepEqual((await fed(graph, {}, letters())).read, read, 'the only text is found without a mapping');
  assert.deepEqual((await fed(graph, { input_ids: 'review', attention_mask: 'review' }, letters())).read, read);
});

test('a fixed length counts before the tokenizer’s own, and that before the longest row; filling stands on its side', async () => {
  const ids = async (shape: readonly (number | string)[], tokenizer: Tokenizer) =>
    (await fed(graphOf({ input_ids: shape }), { input_ids: 'review' }, tokenizer)).read[0]!.slice(1);
  assert.deepEqual(await ids(['batch', 5], letters(3)), [[5], [1, 97, 98, 2, 9, 1, 97, 2, 9, 9, 1, 2, 9, 9, 9]]);
  assert.deepEqual(await ids(OPEN, letters(3)), [[3], [1, 97, 98, 1, 97, 2, 1, 2, 9]]);
  assert.deepEqual(await ids(OPEN, letters(null, true)), [[4], [1, 97, 98, 2, 9, 1, 97, 2, 9, 9, 1, 2]]);
  const long = smallPool({ review: { kind: 'text', base: ['x'.repeat(900), 'y'] } });
  const { read } = await fed(graphOf({ input_ids: OPEN }), {}, letters(), long);
  assert.deepEqual([read[0]![1], read[0]![2].length], [[512], 1024]);
});

test('a long row of the change is cut to what base has: what the model is asked about base stays', async () => {
  const grown = smallPool({ review: { kind: 'text', base: ['ab', 'a'], added: ['abcdefgh'] } });
  const { read, remarks } = await fed(graphOf({ input_ids: OPEN }), {}, letters(), grown);
  assert.deepEqual(read[0], ['input_ids', [4], [1, 97, 98, 2, 1, 97, 2, 9, 1, 97, 98, 99]]);
  assert.match(remarks[0]!, /as 4 token ids a row: 2 of 3 rows/);
});

test('int64 inputs get whole numbers of 64 bits, and a batch is any run of rows', async () => {
  const graph = graphOf({ input_ids: OPEN }, 'int64');
  const tokens = await readTokens(graph, POOL, { input_ids: 'review' }, letters());
  const [input] = modelInputs(graph, POOL, { input_ids: 'review' }, null, tokens.inputs);
  assert.deepEqual(await input!.read(1, 2), BigInt64Array.of(1n, 97n, 2n, 9n, 1n, 2n, 9n, 9n));
});

test('a text without a tokenizer says what to do; numbers and lists go on as they did', async () => {
  const graph = graphOf({ input_ids: OPEN });
  await assert.rejects(fed(graph, { input_ids: 'review' }, null), {
    code: 'tokenizer-missing',
    message: 'The model takes token ids at its input "input_ids", and the column "review" holds texts.',
    hint: 'Name the tokenizer.json of the model by `tokenizer` in its configuration.',
  });
  assert.deepEqual((await fed(graphOf({ n: ['batch', 1] }), {}, letters())).read, [['n', [1], [1, 2, 3]]]);
  const even = smallPool({ x: { kind: 'list', base: ['[1,2]', '[3,4]', '[5,6]'] } });
  assert.deepEqual(await fed(graphOf({ x: OPEN }), {}, null, even), {
    read: [['x', [2], [1, 2, 3, 4, 5, 6]]],
    remarks: [],
  });
  await assert.rejects(fed(graphOf({ x: ['batch', 3] }), {}, null, even), { code: 'model-inputs' });
});

test('lists of ids of unequal length are filled up with 0, masked, and cut where the model takes fewer', async () => {
  const uneven = smallPool({ input_ids: { kind: 'category', base: ['[5,6,7]', '[8]', null] } });
  const graph = (length: number | string) =>
    graphOf({ input_ids: ['batch', length], attention_mask: ['batch', length] });
  assert.deepEqual((await fed(graph('length'), {}, null, uneven)).read, [
    ['input_ids', [3], [5, 6, 7, 8, 0, 0, 0, 0, 0]],
    ['attention_mask', [3], [1, 1, 1, 1, 0, 0, 0, 0, 0]],
  ]);
  const { read, remarks } = await fed(graph(2), {}, null, uneven);
  assert.deepEqual(read[0], ['input_ids', [2], [5, 6, 8, 0, 0, 0]]);
  assert.match(remarks[0]!, /as 2 token ids a row: 1 of 3 rows have more, and are cut there/);
});
