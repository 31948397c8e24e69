import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { againOutput, concludedCheck, progressOutput, stoppedOutput } from '../../src/bot/check-output.ts';
import { parseReview } from '../../src/report/parse-review.ts';
import type { Review } from '../../src/review/review.ts';
import { complaint, operation } from '../fixtures/github/description.ts';

const FOLDER = join(import.meta.dirname, '../fixtures/reviews');
const server = 'https://github.com';
const reviews = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .map((name) => parseReview(readFileSync(join(FOLDER, name), 'utf8'), { maxBytes: 1 << 25 }));

test('every review becomes what GitHub takes', () => {
  const schema = operation('/repos/{owner}/{repo}/check-runs/{check_run_id}', 'patch').requestBody!.content[
    'application/json'
  ]!.schema;
  assert.ok(reviews.length > 3);
  for (const review of reviews) {
    const { conclusion, output, annotations } = concludedCheck(review, { server, unreadable: [] });
    const sent = annotations.slice(0, 50).map(({ path, line, title, message }) => ({
      ...{ path, start_line: line ?? 1, end_line: line ?? 1, annotation_level: 'warning', title, message },
    }));
    assert.equal(
      complaint(schema, { status: 'completed', conclusion, output: { ...output, annotations: sent } }),
      null,
    );
    assert.ok(output.summary.length <= 60_000 && output.title.length <= 500);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left
    assert.doesNotMatch(output.title, /[\u0000-\u001f\u202a-\u202e\u2066-\u2069]/);
    assert.ok(annotations.length <= 150);
  }
});

test('the conclusion follows the verdict; data that could not be read leave none', () => {
  const of = (verdict: Review['verdict'], unreadable: string[] = []) =>
    concludedCheck({ ...reviews[0]!, verdict }, { server, unreadable }).conclusion;
  assert.deepEqual(
    (['pass', 'warn', 'fail', 'unknown'] as const).map((verdict) => of(verdict)),
    ['success', 'neutral', 'failure', 'action_required'],
  );
  const { output } = concludedCheck({ ...reviews[0]!, verdict: 'pass' }, { server, unreadable: ['train: <b>no</b>'] });
  assert.match(output.title, /^no verdict/);
  assert.match(output.summary, /^train: &#60;b/);
  assert.deepEqual(
    (['pass', 'warn', 'fail', 'unknown'] as const).map((verdict) => of(verdict, ['train: no'])),
    ['action_required', 'action_required', 'failure', 'action_required'],
  );
});

test('foreign words in progress and in errors start nothing', () => {
  const { title } = progressOutput({ step: 'x\n\u202e::error::y', done: 0.456, secondsLeft: 3.2 });
  assert.match(title, /^45%: x .*about 4 s left$/);
  assert.doesNotMatch(title, /[\n\u202e]/);
  const { summary } = stoppedOutput('<img src=x> @everyone `a`', 'hint');
  assert.doesNotMatch(againOutput('<img src=x> @everyone `a`').summary, /<img|@everyone|`a`/);
  assert.doesNotMatch(summary, /<img|@everyone|`a`/);
});
