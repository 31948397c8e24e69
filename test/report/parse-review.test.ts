import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../src/errors.ts';
import { FIGURE_BYTES } from '../../src/report/cap-figures.ts';
import { parseReview } from '../../src/report/parse-review.ts';
import { sampleText } from './samples.ts';

const GOOD = sampleText('fail-amplification');
const MAX = { maxBytes: 8 * 2 ** 20 };

function changed(change: (value: Record<string, unknown>) => void): string {
  const value = JSON.parse(GOOD) as Record<string, unknown>;
  change(value);
  return JSON.stringify(value);
}

/** Refused with the code, in one clean line with a hint, and without the file's content. */
function assertRefused(text: string, code: string, options = MAX): void {
  assert.throws(
    () => parseReview(text, options),
    (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.equal(error.code, code);
      assert.notEqual(error.hint, '');
      assert.doesNotMatch(error.message, /[\p{Cc}\p{Cf}]|hunter2/u);
      assert.ok(error.message.length < 500);
      return true;
    },
  );
}

test('a file above the size limit is refused before it is parsed, counted in bytes', () => {
  assertRefused(GOOD, 'review-size', { maxBytes: Buffer.byteLength(GOOD) - 1 });
  assert.doesNotThrow(() => parseReview(GOOD, { maxBytes: Buffer.byteLength(GOOD) }));
  assertRefused('"ééé"', 'review-size', { maxBytes: 7 });
});

for (const [name, text] of Object.entries({
  empty: '',
  'cut short': GOOD.slice(0, -100),
  'not JSON': 'hunter2 = 1',
  binary: '\u0000\u0001\ufffd',
  'two documents': `${GOOD}${GOOD}`,
}))
  test(`refused as JSON: ${name}`, () => assertRefused(text, 'review-json'));

for (const [name, text] of Object.entries({
  null: 'null',
  'a list': '[]',
  'a word': '"taster/review@1"',
  'no schema': changed((value) => delete value.schema),
  'a schema of others': changed((value) => {
    value.schema = 'hunter2/other@1';
  }),
  'a version that is no number': changed((value) => {
    value.schema = 'taster/review@1.5';
  }),
  'a wrong type': changed((value) => {
    value.findings = 'hunter2';
  }),
  'a missing field': changed((value) => delete value.cost),
  'an overlong text': changed((value) => {
    value.notes = ['hunter2'.repeat(100)];
  }),
  'too many findings': changed((value) => {
    value.findings = Array.from({ length: 501 }, () => (value.findings as unknown[])[0]);
  }),
  'a negative count': changed((value) => {
    value.pull = { number: -1 };
  }),
  'a number beyond all numbers': GOOD.replace('"seconds": 41.2', '"seconds": 1e999'),
  '__proto__ on top': GOOD.replace('{', '{"__proto__": {"verdict": "pass"},'),
  '__proto__ below': GOOD.replace('"tool": {', '"tool": {"__proto__": {"hunter2": 1},'),
  'a hundred thousand levels': `{"schema": "taster/review@1", "x": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
}))
  test(`refused by the schema: ${name}`, () => assertRefused(text, 'review-schema'));

for (const major of ['2', '0', '999999'])
  test(`another major version is refused: ${major}`, () =>
    assertRefused(
      changed((value) => {
        value.schema = `taster/review@${major}`;
      }),
      'review-version',
    ));

test('figures above 1 MiB are refused', () => {
  const points = Array.from({ length: 2000 }, (_, index) => [index / 7, index / 11]);
  const series = Array.from({ length: 20 }, () => ({ name: 's', points }));
  const figure = { kind: 'roc', title: '', x: '', y: '', series };
  const text = changed((value) => {
    for (const finding of value.findings as Record<string, unknown>[]) finding.figures = [figure];
  });
  assert.ok(Buffer.byteLength(text) > FIGURE_BYTES);
  assertRefused(text, 'review-figures');
});

test('unknown fields are dropped, unknown words read unknown, a byte order mark is passed over', () => {
  const text = changed((value) => {
    value.novelty = { hunter2: true };
    value.verdict = 'splendid';
    const [finding] = value.findings as Record<string, unknown>[];
    finding!.outcome = 'brilliant';
    finding!.family = 'quantum';
    Object.assign(finding!, { constructor: 1 });
  });
  const review = parseReview(`\ufeff${text}`, MAX);
  assert.equal(review.verdict, 'unknown');
  assert.equal(review.findings[0]!.outcome, 'unknown');
  assert.equal(review.findings[0]!.family, 'unknown');
  assert.ok(!('novelty' in review));
  assert.ok(!Object.hasOwn(review.findings[0]!, 'constructor'));
});
