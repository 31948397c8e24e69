import assert from 'node:assert/strict';
import { test } from 'node:test';
import { botLog, type LogFields, type LogFormat } from '../../src/adapters/bot-log.ts';

const TOKEN = `ghs_${'a1B2'.repeat(9)}`;
const SECRETS = ['0123456789abcdef', '-----BEGIN KEY-----\nabc\n-----END KEY-----', ''];

function lines(format: LogFormat, line: string, fields?: LogFields): string {
  const written: string[] = [];
  const log = botLog({ format, secrets: SECRETS, write: (text) => written.push(text), now: () => 0 });
  log(line, fields);
  return written.join('');
}

test('an event is one line: a sentence, or JSON with its fields', () => {
  assert.equal(lines('text', 'a\nb', { event: 'x' }), 'a b\n');
  const fields = { event: 'concluded', run: 'example/spam@abc', attempt: 2, conclusion: null };
  assert.deepEqual(JSON.parse(lines('json', 'a\r\nb', fields)), {
    ...{ time: '1970-01-01T00:00:00.000Z', level: 'info', message: 'a b' },
    ...fields,
  });
  assert.equal(JSON.parse(lines('json', 'a', { level: 'error' })).level, 'error');
  for (const text of ['\u0000\u001b[31m\u2028', '"}\n{"level":"error"', 'x'.repeat(100_000), '::error::x']) {
    const written = lines('json', text, { event: text });
    assert.equal(written.split('\n').length, 2);
    assert.ok(written.length < 8000);
    assert.equal(JSON.parse(written).level, 'info');
  }
});

test('no secret comes through, in whatever place', () => {
  const jwt = `ey${'a'.repeat(20)}.ey${'b'.repeat(20)}.${'c'.repeat(20)}`;
  const address = 'postgres://taster:pass-word@database:5432/taster';
  const given = [TOKEN, `github_pat_${'x'.repeat(30)}`, jwt, address, ...SECRETS, '-----BEGIN KEY-----\r\nabc'];
  const hidden = [TOKEN, 'github_pat', jwt, 'pass-word', '0123456789abcdef', 'BEGIN KEY'];
  for (const format of ['text', 'json'] as const)
    for (const secret of given) {
      const written = lines(format, `fetching with ${secret} failed`, { event: `x ${secret}` });
      for (const each of hidden) assert.ok(!written.includes(each), `${format}: ${written}`);
      assert.match(written, /fetching with .* failed/);
    }
});
