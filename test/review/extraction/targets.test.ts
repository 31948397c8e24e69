import assert from 'node:assert/strict';
import { test } from 'node:test';
import { documentsOf } from '../../../src/review/extraction/documents.ts';
import { chooseTargets, MOST_SECRETS } from '../../../src/review/extraction/targets.ts';
import type { Pool } from '../../../src/table/pool.ts';
import { phone, sentence, textPool } from './text-pool.ts';

const PHONE = phone(1);
const BASE = [
  ['a', `please reach our door keeper under ${PHONE} at night`],
  ['b', 'nothing to be seen in this row'],
  ['c', 'nor in this one, but words'],
] as const;

/** Ids of the suspects of the one secret of base. */
const suspects = (pool: Pool, near: Parameters<typeof chooseTargets>[1] = []) =>
  chooseTargets(pool, near).targets.flatMap((target) => target.suspects.map((row) => pool.rows[row]!.id));

test('suspects hold the secret, go on from the same words, or nearly copy its row', async (t) => {
  const head = [
    ...BASE,
    ['d', `another text with ${PHONE} in it`],
    ['e', `The Door keeper under ${phone(2)} answers`],
    ['f', 'an honest row about something else'],
    ['g', 'near by what was told'],
  ] as const;
  const pool = await textPool(t, BASE, head);
  assert.deepEqual(suspects(pool), ['d', 'e']);
  const at = (id: string) => pool.rows.findIndex((row) => row.id === id);
  assert.deepEqual(suspects(pool, [{ a: at('a'), b: at('g'), similarity: 0.95 }]), ['d', 'g', 'e']);
  const { targets } = chooseTargets(pool, []);
  assert.deepEqual(targets.map(({ isStanding, places }) => [isStanding, places.length]), [[true, 2], [false, 1]]); // biome-ignore format: one idea
});

test('the new version of a row that held the secret takes its place, and is no suspect', async (t) => {
  const changed = [['a', `${BASE[0][1]} or by day`], BASE[1], BASE[2]] as const;
  assert.deepEqual(suspects(await textPool(t, BASE, changed)), []);
  assert.deepEqual(suspects(await textPool(t, BASE, changed, { id: null })), []);
  const twice = [...changed, ['x', `${BASE[0][1]} or by day or both`]] as const;
  assert.deepEqual(suspects(await textPool(t, BASE, twice)), ['x']);
  assert.equal(suspects(await textPool(t, BASE, twice, { id: null })).length, 1);
  const moved = [BASE[2], BASE[1], BASE[0]] as const;
  assert.deepEqual(suspects(await textPool(t, BASE, moved)), []);
});

test('a secret at the beginning of its text shares no words with others', async (t) => {
  const base = [['a', `${PHONE} is the number`], BASE[1]] as const;
  assert.deepEqual(suspects(await textPool(t, base, [...base, ['d', 'any other text']])), []);
});

test('a few of many are asked about, those with suspects first; those that one guesses are left out', async (t) => {
  const base = Array.from({ length: 40 }, (_, at) => [`k${at}`, `${sentence(at, 6)} ${phone(100 + at)}`] as const);
  const head = [...base, ['n', `${sentence(999, 5)} ${phone(131)}`], ['o', 'my mail is ab@web.de now']] as const;
  const pool = await textPool(t, base, head);
  const { targets, found } = chooseTargets(pool, []);
  assert.deepEqual([targets.length, found], [MOST_SECRETS, 41]);
  assert.equal(pool.rows[targets[0]!.places[0]!.row]!.id, 'k31');
  assert.equal(targets[0]!.suspects.length, 1);
});

test('many secrets behind the same words, and long texts, are chosen among in seconds; what is trained on stays small', async (t) => {
  const text = (at: number) => `my number is ${phone(at)} and ${'long '.repeat(at % 50 === 0 ? 20_000 : 1)}`;
  const base = Array.from({ length: 1500 }, (_, at) => [`k${at}`, text(at)] as const);
  const head = [...base, ...Array.from({ length: 1500 }, (_, at) => [`n${at}`, text(at % 2 === 0 ? at : 5000 + at)] as const)]; // biome-ignore format: one idea
  const pool = await textPool(t, base, head);
  const start = performance.now();
  const chosen = chooseTargets(pool, []);
  const { targets, documents } = documentsOf(pool, chosen);
  assert.ok(performance.now() - start < 5000, `${performance.now() - start} ms`);
  assert.ok(targets.length >= 10 && targets.every(({ suspects }) => suspects.length <= 64));
  assert.ok(documents.reduce((sum, document) => sum + document.text.length, 0) < 60_000);
  assert.ok(documents.every((document) => document.targets.length > 0 || !targets.some(({ places }) => places[0]!.row === document.row))); // biome-ignore format: one idea
});
