import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { ARTIFACT_BYTES, artifactReview } from '../../src/bot/artifact-review.ts';
import type { Ask } from '../../src/bot/ask.ts';
import { UserError } from '../../src/errors.ts';
import { sampleReview } from '../report/samples.ts';
import { type Zipped, zip } from '../weights/written-pickle.ts';

const [HEAD, BASE, MERGE] = ['a', 'b', 'c'].map((letter) => letter.repeat(40)) as [string, string, string];
const ask: Ask = {
  ...{ installation: 1, repository: 'Example/Spam-Filter', pull: 7, at: 0 },
  base: { sha: BASE, ref: 'main' },
  head: { sha: HEAD, ref: 'change', repository: 'fork/spam-filter' },
};
const review = {
  ...sampleReview('fail-amplification'),
  ...{ repository: 'example/spam-filter', pull: { number: 7 } },
  base: { sha: MERGE, ref: 'elsewhere' },
  head: { sha: HEAD, ref: null, repository: 'somebody/else' },
};
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const file = (bytes: Uint8Array, more: Partial<Zipped> = {}): Zipped => ({
  name: 'review.json',
  bytes,
  isDeflated: true,
  ...more,
});
const read = (archive: Uint8Array) => artifactReview(archive, { ask, mergeBase: MERGE });
const codeOf = (archive: Uint8Array): string => {
  try {
    read(archive);
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    assert.doesNotMatch(error.message, /[\n\u202e]/u);
    assert.ok(error.message.length < 700);
    return error.code;
  }
  return 'read';
};

test('the review of the change that was asked about is read; what the App knows better is the App’s', () => {
  const page = { name: 'report.html', bytes: Buffer.from('<script>alert(1)</script>') };
  const found = read(zip([page, file(json(review))]));
  assert.deepEqual(found.findings, review.findings);
  assert.deepEqual(found.base, { sha: MERGE, ref: 'main' });
  assert.deepEqual(found.head, ask.head);
});

test('a review of another repository, pull request, commit or base is refused', () => {
  const others = {
    'another repository': { repository: 'example/other' },
    'no repository': { repository: null },
    'another pull request': { pull: { number: 8 } },
    'no pull request': { pull: null },
    'another commit': { head: { ...review.head, sha: 'd'.repeat(40) } },
    'a commit with marks in its name': { head: { ...review.head, sha: '\u202e@everyone\n::error::' } },
    'another base': { base: { ...review.base, sha: BASE } },
  };
  for (const [name, more] of Object.entries(others))
    assert.equal(codeOf(zip([file(json({ ...review, ...more }))])), 'review-origin', name);
});

test('archives that are broken, doubled, hidden or bombs are refused', () => {
  const good = json(review);
  const bomb = Buffer.alloc(65 * 2 ** 20);
  const archives: Record<string, Uint8Array> = {
    'no bytes': Buffer.alloc(0),
    'no archive': randomBytes(5000),
    'cut short': zip([file(good)]).subarray(0, 2000),
    'no file': zip([]),
    'another name': zip([file(good, { name: 'Review.json' })]),
    'in a folder': zip([file(good, { name: 'taster/review.json' })]),
    'two of one name': zip([file(good), file(json({ ...review, findings: [] }))]),
    'two names for one file': zip([file(good, { local: { name: 'other.json' } })]),
    'not listed beside': zip([file(good), file(good, { name: 'x', isListed: false })]),
    'wrong checksum': zip([file(good, { crc: 1 })]),
    'wrong size': zip([file(good, { size: 10 })]),
    'a size that is a lie': zip([file(good, { size: 2 ** 31 })]),
    encrypted: zip([file(good, { flags: 1 })]),
    'a bomb': zip([file(bomb)]),
    'a bomb beside it': zip([file(good), file(bomb, { name: 'report.html' })]),
    'a bomb that calls itself small': zip([file(bomb, { size: good.length })]),
    'something in front': zip([file(good)], { before: Buffer.from('GIF89a') }),
    'not UTF-8': zip([file(Buffer.from([0x7b, 0xff, 0x7d]))]),
    'a crowd': zip([...Array.from({ length: 20 }, (_, at) => file(good, { name: `${at}` })), file(good)]),
    'longer than is read': Buffer.alloc(ARTIFACT_BYTES + 1),
  };
  for (const [name, archive] of Object.entries(archives)) assert.equal(codeOf(archive), 'artifact', name);
});

test('an archive that was written as a stream, its sizes behind the files, is read', () => {
  // Two files, the second a review of a later schema; by another program's streaming writer.
  const streamed =
    'UEsDBBQACAAAAAAAIVwAAAAAAAAAAAAAAAALAAAAcmVwb3J0Lmh0bWw8cD54PC9wPjxwPng8L3A+PHA+eDwvcD48cD54PC9wPjxwPng8L3A+UEsH' +
    'CCKqyBkoAAAAKAAAAFBLAwQUAAgACAAAACFcAAAAAAAAAAAAAAAACwAAAHJldmlldy5qc29uq1YqTs5IzU1UslIqSSwuSS3SL0oty0wtd7BUqgUA' +
    'UEsHCCWak4keAAAAHAAAAFBLAQIUAxQACAAAAAAAIVwiqsgZKAAAACgAAAALAAAAAAAAAAAAAACAAQAAAAByZXBvcnQuaHRtbFBLAQIUAxQACAAI' +
    'AAAAIVwlmpOJHgAAABwAAAALAAAAAAAAAAAAAACAAWEAAAByZXZpZXcuanNvblBLBQYAAAAAAgACAHIAAAC4AAAAAAA=';
  assert.equal(codeOf(Buffer.from(streamed, 'base64')), 'review-version');
});

test('what is no review is refused', () => {
  const texts = {
    'review-json': '{"schema": "taster/review@1", ',
    'review-version': JSON.stringify({ ...review, schema: 'taster/review@2' }),
    'review-schema': JSON.stringify({ ...review, findings: 'none' }),
    'review-size': `${' '.repeat(33 * 2 ** 20)}{}`,
  };
  for (const [code, text] of Object.entries(texts)) assert.equal(codeOf(zip([file(Buffer.from(text))])), code);
});
