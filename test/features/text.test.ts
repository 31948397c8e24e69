import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitText, TEXT_SQUARED_NORM } from '../../src/features/text.ts';

function encode(values: (string | null)[], fit = values.map((_, i) => i)): Float32Array[] {
  const encoder = fitText({ name: 'message', kind: 'text', values }, Int32Array.from(fit));
  const into = new Float32Array(values.length * encoder.width);
  encoder.write(into, encoder.width, 0);
  return values.map((_, row) => into.subarray(row * encoder.width, (row + 1) * encoder.width));
}

const cosine = (x: Float32Array, y: Float32Array) =>
  x.reduce((sum, value, i) => sum + value * y[i]!, 0) / TEXT_SQUARED_NORM;

test('every text has the same length, but the empty one', () => {
  const rows = encode(['hello world', 'a', '日本語のテキスト', '🎉🎉', '\ud800 lone', null, '', '   ']);
  rows.slice(0, 5).forEach((row, i) => {
    assert.ok(Math.abs(cosine(row, row) - 1) < 1e-5, `text ${i}`);
  });
  for (const row of rows.slice(5)) assert.ok(row.every((value) => value === 0));
});

test('letter case, width and white space do not matter; a word does', () => {
  const [plain, shouted, changed, unlike] = encode([
    'free entry to win a prize tonight',
    'FREE  Entry to\twin a prize ｔonight',
    'free entry to win a car tonight',
    'see you at lunch then',
  ]);
  assert.ok(cosine(plain!, shouted!) > 0.9999);
  assert.ok(cosine(plain!, changed!) > 0.5 && cosine(plain!, changed!) < 0.95);
  assert.ok(Math.abs(cosine(plain!, unlike!)) < 0.2);
});

test('words that are rare in the fitted rows weigh more', () => {
  const values = [...Array.from({ length: 50 }, (_, i) => `common ${i}`), 'common zebra', 'common', 'zebra'];
  const rows = encode(
    values,
    Array.from({ length: 50 }, (_, i) => i),
  );
  assert.ok(cosine(rows[50]!, rows[52]!) > cosine(rows[50]!, rows[51]!));
});

test('of huge cells the first 4,096 characters are read, and said so', () => {
  const long = 'lorem ipsum '.repeat(10_000);
  const column = { name: 'm', kind: 'text' as const, values: [long, `${long}and more`, 'short'] };
  assert.match(fitText(column, Int32Array.of(0, 1, 2)).sentence, /first 4096 characters of 2 long cells/);
  const [one, other] = encode(column.values);
  assert.deepEqual(one, other);
});
