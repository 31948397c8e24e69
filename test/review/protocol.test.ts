import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../src/errors.ts';
import { errorOf, failureOf, parseMessageOf, parseRequest } from '../../src/review/protocol.ts';
import { type DataRequest, MOST_WEIGHTS, type WeightRequest } from '../../src/review/request.ts';
import { reviewSchema } from '../../src/review/review.ts';
import { aRequest, aReview } from '../fixtures/engine-messages.ts';

const parseMessage = parseMessageOf(reviewSchema);

const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const file = (localPath: string) => ({ repoPath: 'train.csv', localPath, bytes: 3 });
const data = (localPath: string): DataRequest => ({
  name: 'train',
  path: 'train.csv',
  previousPath: null,
  base: [file('/nowhere/files/0000')],
  head: [file(localPath)],
  holdout: { base: null, head: null },
  options: { label: 'y', classes: null, id: null, group: null, exclude: [], text: [] },
  model: null,
  problem: null,
});

test('a request survives the way', () => {
  const request = { ...aRequest, data: [data('/nowhere/files/0001')] };
  assert.deepEqual(parseRequest(throughJson(request)), request);
});

const weights = (head: string, beside = '/nowhere/files/0002'): WeightRequest => ({
  ...{ path: 'm.onnx', previousPath: null, change: 'added', base: null, problem: null },
  head: { file: file(head), beside: [file(beside)] },
});

test('weights survive the way, inside the private folder alone, with sides that fit', () => {
  const of = (...files: WeightRequest[]) => throughJson({ ...aRequest, weights: files });
  assert.deepEqual(parseRequest(of(weights('/nowhere/files/1'))).weights, [weights('/nowhere/files/1')]);
  for (const outside of [weights('/etc/passwd'), weights('/nowhere/files/1', '/nowhere/secret')])
    assert.throws(() => parseRequest(of(outside)), /outside the private folder/);
  for (const wrong of [{ change: 'changed' }, { head: null }, { change: 'moved' }])
    assert.throws(
      () => parseRequest(of({ ...weights('/nowhere/files/1'), ...wrong } as WeightRequest)),
      /engine request/,
    );
  const many = Array.from({ length: MOST_WEIGHTS + 1 }, () => weights('/nowhere/files/1'));
  assert.throws(() => parseRequest(of(...many)), /engine request/);
});

test('a request names no file outside the private folder', () => {
  for (const path of [
    '/etc/passwd',
    '/nowhere/files/../secret',
    '/nowhere/files',
    'files/0001',
    '/nowhere/filesystem/1',
  ])
    assert.throws(
      () => parseRequest(throughJson({ ...aRequest, data: [data(path)] })),
      /private folder|absolute/,
      path,
    );
});

test('the images of a data set lie in the private folder, too', () => {
  const inside = { repoPath: 'images', localPath: '/nowhere/files/0007', bytes: 3 };
  const images = { column: 'file', folder: false, pack: inside, base: inside, head: inside };
  const request = (more: object) => ({ ...aRequest, data: [{ ...data('/nowhere/files/0001'), images: { ...images, ...more } }] }); // biome-ignore format: one idea
  assert.deepEqual(parseRequest(throughJson(request({}))), request({}));
  for (const part of ['pack', 'base', 'head'])
    assert.throws(() => parseRequest(throughJson(request({ [part]: { ...inside, localPath: '/etc/passwd' } }))), /private folder/); // biome-ignore format: one idea
});

test('a request out of form is refused', () => {
  for (const broken of [null, {}, { ...aRequest, limits: null }, { ...aRequest, folders: { files: 'x' } }])
    assert.throws(() => parseRequest(broken), /engine request/);
});

test('messages survive the way; unknown fields do not', () => {
  const message = { kind: 'result', result: aReview };
  assert.deepEqual(parseMessage(throughJson({ ...message, more: 1 })), message);
  const progress = { kind: 'progress', progress: { step: 'x', done: 1, secondsLeft: null } };
  assert.deepEqual(parseMessage(throughJson(progress)), progress);
});

test('a message out of form is refused, and what it holds is not repeated', () => {
  const broken = [
    { kind: 'order', text: 'private' },
    { kind: 'progress', progress: { step: 'private', done: 7, secondsLeft: null } },
    { kind: 'result', result: { ...aReview, findings: 'private' } },
    'private',
    null,
  ];
  for (const message of broken)
    assert.throws(
      () => parseMessage(message),
      (error: Error) => /out of form/.test(error.message) && !error.message.includes('private'),
    );
});

test('errors keep their kind on the way', () => {
  const user = new UserError('code', 'What.', { hint: 'Do.', infrastructure: true });
  const back = errorOf(failureOf(user));
  assert.ok(back instanceof UserError);
  assert.deepEqual(
    [back.code, back.message, back.hint, back.infrastructure],
    [user.code, user.message, user.hint, user.infrastructure],
  );
  const bug = errorOf(failureOf(new TypeError('oops')));
  assert.ok(!(bug instanceof UserError));
  assert.match(bug.stack ?? '', /TypeError: oops/);
  assert.equal(errorOf(failureOf('text')).message, 'text');
});
