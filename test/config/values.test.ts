import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isDate,
  parseChoice,
  parseDecimal,
  parseDuration,
  parseFlag,
  parseList,
  parseWhole,
} from '../../src/config/values.ts';

/** Words that no reader of numbers or durations may take. */
const NONSENSE = [
  '',
  ' ',
  'x',
  'NaN',
  'Infinity',
  '-Infinity',
  '0x10',
  '1,5',
  '١',
  '1 2',
  '1\n2',
  '--1',
  '1e',
  '9'.repeat(400),
];

test('durations are seconds, from one second to a day', () => {
  const cases: [string, number | undefined][] = [
    ['90s', 90], ['5m', 300], ['1h30m', 5400], ['1h1m1s', 3661], [' 2m ', 120], ['24h', 86_400], ['1s', 1],
    ['0s', undefined], ['24h1s', undefined], ['5', undefined], ['m', undefined], ['1s5m', undefined],
    ['1.5h', undefined], ['-5m', undefined], ['5M', undefined], ['5m5m', undefined],
  ]; // biome-ignore format: a table
  for (const [text, seconds] of cases) assert.equal(parseDuration(text), seconds, text);
  for (const text of NONSENSE) assert.equal(parseDuration(text), undefined, text);
});

test('decimals: plain notation within the range, ends included', () => {
  const range = { min: -1, max: 100 };
  const cases: [string, number | undefined][] = [
    ['0.05', 0.05], ['.5', 0.5], ['5.', 5], ['-1', -1], ['100', 100], ['1e2', 100], ['+3', 3], [' 7 ', 7], ['1E-3', 0.001],
    ['-1.01', undefined], ['100.1', undefined], ['1e9', undefined], ['1_0', undefined],
  ]; // biome-ignore format: a table
  for (const [text, value] of cases) assert.equal(parseDecimal(text, range), value, text);
  for (const text of NONSENSE) assert.equal(parseDecimal(text, range), undefined, text);
});

test('whole numbers: digits, underscores between them, nothing that was rounded', () => {
  const range = { min: -5, max: Number.MAX_SAFE_INTEGER };
  const cases: [string, number | undefined][] = [
    ['0', 0], ['007', 7], ['100_000', 100_000], ['-5', -5], ['-6', undefined], ['1.0', undefined], ['1e3', undefined],
    ['_1', undefined], ['1_', undefined], ['1__0', undefined], ['9007199254740991', 2 ** 53 - 1],
    ['9007199254740992', undefined], ['12345678901234567', undefined],
  ]; // biome-ignore format: a table
  for (const [text, value] of cases) assert.equal(parseWhole(text, range), value, text);
  for (const text of NONSENSE) assert.equal(parseWhole(text, range), undefined, text);
});

test('flags are true and false, not YAML 1.1 words', () => {
  assert.deepEqual(['true', 'True', ' TRUE '].map(parseFlag), [true, true, true]);
  assert.deepEqual(['false', 'False', 'FALSE'].map(parseFlag), [false, false, false]);
  for (const text of ['yes', 'no', 'on', 'off', '1', '0', '', 'tRUE']) assert.equal(parseFlag(text), undefined, text);
});

test('choices and lists', () => {
  assert.equal(parseChoice(' cpu ', ['cpu', 'auto']), 'cpu');
  assert.equal(parseChoice('CPU', ['cpu']), undefined);
  assert.equal(parseChoice('constructor', ['cpu']), undefined);
  assert.deepEqual(parseList('a, b ,c'), ['a', 'b', 'c']);
  for (const text of ['', ',', 'a,', 'a,,b']) assert.equal(parseList(text), undefined, text);
});

test('dates are days that the calendar has', () => {
  for (const text of ['2027-01-31', '2028-02-29', '1999-12-31']) assert.ok(isDate(text), text);
  for (const text of [
    '2027-02-29',
    '2027-13-01',
    '2027-00-10',
    '2027-1-1',
    '31.1.2027',
    '2027-01-31T00:00',
    '',
    '+2027-01-31',
  ])
    assert.ok(!isDate(text), text);
});
