import assert from 'node:assert/strict';
import { test } from 'node:test';
import { annotations, remarkCount, workflowCommand } from '../../src/report/annotations.ts';
import { findingOf, sampleReview, withFinding } from './samples.ts';

const failing = sampleReview('fail-amplification');
const plain = { path: 'data/train.csv', line: 3, level: 'error', title: 'Taster: x', message: 'Why.' } as const;

test('each culprit is annotated once, at its line, with its victim and what to do', () => {
  const made = annotations(failing);
  const rows = findingOf(failing, 'amplification').rows;
  assert.deepEqual(
    made.filter(({ line }) => line !== null).map(({ line }) => line),
    rows.map(({ line }) => line),
  );
  assert.match(made[0]!.message, /Exposes data\/train\.csv:41 \(base\)\. Remove the named rows/);
  assert.equal(made[0]!.level, 'error');
});

test('a row without a victim exposes nothing, a warning only may', () => {
  const { rows } = findingOf(failing, 'amplification');
  const alone = withFinding(failing, 'amplification', { rows: rows.map((row) => ({ ...row, victims: [] })) });
  for (const { title, message } of annotations(alone))
    if (title.includes('amplification')) assert.doesNotMatch(message, /xpose[s ]/);
  const warned = withFinding(failing, 'amplification', { outcome: 'warn', broken: false });
  const [first] = annotations(warned);
  assert.equal(first!.level, 'warning');
  assert.match(first!.message, /May expose data\/train\.csv:41/);
});

test('rows of base are not annotated: the change does not show them', () => {
  const { rows } = findingOf(failing, 'amplification');
  const gone = rows.map((row) => ({ ...row, revision: 'base' as const }));
  const made = annotations(withFinding(failing, 'amplification', { rows: gone }));
  assert.ok(made.every(({ title, line }) => !title.includes('amplification') || line === null));
});

test('the limit is kept, and every broken gate gets its turn', () => {
  const rows = findingOf(failing, 'amplification').rows.map((row) => ({ ...row, path: 'other.csv' }));
  const both = withFinding(failing, 'conflicting-copies', { broken: true, outcome: 'fail', rows });
  const made = annotations(both, 4);
  assert.equal(made.length, 4);
  assert.equal(new Set(made.map(({ title }) => title)).size, 2);
  assert.equal(remarkCount(both), annotations(both, 1000).length);
  assert.ok(remarkCount(both) > 10);
});

test('nothing is annotated where nothing was found', () => {
  assert.deepEqual(annotations(sampleReview('nothing-new-data')), []);
});

test('a command holds what it was given', () => {
  assert.equal(workflowCommand(plain), '::error file=data/train.csv,line=3,title=Taster%3A x::Why.');
  assert.equal(workflowCommand({ ...plain, line: null }), '::error file=data/train.csv,title=Taster%3A x::Why.');
});

for (const [name, text] of Object.entries({
  'line breaks': 'a\n::error::b\r\n::set-output name=x::y\u2028c',
  'escape sequences': 'a\u001b[31m\u0000\u0085b',
  'an old command': 'a ##[error]b ##[group]',
  'percent encoding': 'a%0A::error::b',
  'ends of properties': 'a,line=1,title=b::c',
  'hidden characters': 'a\u202e\u200bb\ufeff',
  'half a character': 'a\ud800b',
}))
  test(`a command stays one command: ${name}`, () => {
    const line = workflowCommand({ ...plain, path: text, title: text, message: text });
    assert.match(line, /^::error file=[^:,]+,line=3,title=[^:,]+::[^\n]*$/);
    assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|##\[|%(?!25|3A|2C)/u);
    assert.ok(line.isWellFormed());
  });

test('a path with a percent sign, colon or comma is still the same path to the runner', () => {
  const path = 'a%b:c,d e.csv';
  const [, shown] = /file=([^,]*),/.exec(workflowCommand({ ...plain, path }))!;
  assert.equal(shown!.replaceAll('%2C', ',').replaceAll('%3A', ':').replaceAll('%25', '%'), path);
});
