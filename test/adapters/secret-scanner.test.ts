import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { openSecretScanner } from '../../src/adapters/secret-scanner.ts';
import { credentials } from '../fixtures/made-up-secrets.ts';

const PROGRAM = new URL('../../src/adapters/secret-thread.ts', import.meta.url);
const HUNG = new URL('./hung-scanner.ts', import.meta.url);

function open(t: TestContext, program = PROGRAM, limitMs?: number) {
  const scanner = openSecretScanner(program, limitMs);
  t.after(() => scanner.close());
  return async (...texts: string[]) => {
    const found = await scanner.scan(texts);
    return found === null ? null : found.map((each) => each.map(({ kind, start, end }) => ({ kind, start, end })));
  };
}

test('finds credentials and personal data where they stand, among many texts as alone', async (t) => {
  const scan = open(t);
  const texts = Object.values(credentials).map((secret, at) => `${'x'.repeat(at)} ${secret} end`);
  const expected = Object.entries(credentials).map(([kind, secret], at) => [
    { kind, start: at + 1, end: at + 1 + secret.length },
  ]);
  assert.deepEqual(await scan(...texts), expected);
  for (const [at, text] of texts.entries()) assert.deepEqual(await scan(text), [expected[at]]);
  assert.deepEqual(await scan('', 'a@mail.de', 'nothing', ''), [
    [],
    [{ kind: 'email address', start: 0, end: 9 }],
    [],
    [],
  ]);
});

test('a credential counts before the personal data that it looks like, or that are put around it', async (t) => {
  const around = await open(t)(
    `mail a.${credentials['GitHub token']} @, b.${credentials['GitHub token']}@mail.de c@mail.de`,
  );
  assert.deepEqual(
    around![0]!.map(({ kind }) => kind),
    ['GitHub token', 'GitHub token', 'email address'],
  );
  const found = await open(t)(credentials['password in an address']!);
  assert.deepEqual(
    found![0]!.map(({ kind }) => kind),
    ['password in an address'],
  );
});

test('a cell cannot switch the scanner off, for itself or for others', async (t) => {
  const scan = open(t);
  const token = credentials['GitHub token']!;
  for (const comment of ['secretlint-disable', 'secretlint-disable-line', '<!-- secretlint-disable -->'])
    assert.deepEqual(
      (await scan(`${comment} ${token}`, token))!.map((found) => found.length),
      [1, 1],
      comment,
    );
});

test('tokens do not go on from one text to the next', async (t) => {
  const token = credentials['GitHub token']!;
  const scan = open(t);
  assert.deepEqual(await scan(token.slice(0, 20), token.slice(20)), [[], []]);
  const lines = credentials['private key']!.split('\n');
  assert.deepEqual(await scan(lines.slice(0, 7).join('\n'), lines.slice(7).join('\n')), [[], []]);
});

test('takes hostile texts: huge, NUL bytes, half characters, thousands of tokens, endless beginnings', async (t) => {
  const scan = open(t);
  const token = credentials['GitHub token']!;
  const begin = credentials['private key']!.split('\n')[0]!;
  const size = 2 ** 20;
  const unit = (text: string) => text.repeat(Math.ceil(size / text.length));
  for (const text of [
    'a',
    '\0',
    '\ud800',
    'a@',
    '://',
    'https://a:',
    `${begin}\n`,
    `${begin}\n${'A'.repeat(9000)}\n`,
    'xoxb-1-',
    'aws_secret_access_key=',
  ]) {
    const found = await scan(unit(text), token);
    assert.equal(found?.[1]?.length, 1, JSON.stringify(text.slice(0, 30)));
  }
  const many = await scan(`${token} `.repeat(2000));
  assert.equal(many![0]!.length, 2000);
});

test('a batch over which it hangs, dies or breaks is not passed: null, and the next one meets a fresh thread', async (t) => {
  const scan = open(t, HUNG, 300);
  assert.deepEqual(await scan('fine'), [[]]);
  assert.equal(await scan('broken'), null);
  assert.equal(await scan('hang'), null);
  assert.deepEqual(await scan('fine', 'fine'), [[], []]);
  assert.equal(await scan('end'), null);
  assert.deepEqual(await scan('fine'), [[]]);
  assert.equal(await scan('hang'), null);
  const start = performance.now();
  for (let more = 0; more < 50; more++) assert.equal(await scan('hang'), null);
  assert.ok(performance.now() - start < 200, 'after three it does not wait again');
});
