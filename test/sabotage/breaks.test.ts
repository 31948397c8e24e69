import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { applyBreak } from './apply-break.ts';
import { breaks } from './breaks.ts';
import { judge } from './judge.ts';
import { readTap } from './test-run.ts';

const root = resolve(import.meta.dirname, '../..');

test("every break's text stands in its file exactly once, and its tests are there", () => {
  assert.ok(breaks.length >= 10);
  assert.equal(new Set(breaks.map(({ name }) => name)).size, breaks.length);
  for (const one of breaks) {
    const source = readFileSync(join(root, one.file), 'utf8');
    assert.notEqual(applyBreak(one, source), source, one.name);
    assert.ok(one.tests.length > 0);
    for (const file of one.tests) assert.ok(existsSync(join(root, file)), file);
  }
});

test('a text that is not there, or there twice, is told', () => {
  const one = { name: 'b', file: 'f.ts', search: 'x', replace: '$&', tests: [] };
  assert.equal(applyBreak(one, 'a x c'), 'a $& c');
  assert.throws(() => applyBreak(one, 'abc'), /"b" expects its text once in f.ts and finds it 0 times/);
  assert.throws(() => applyBreak(one, 'xx'), /2 times/);
});

test('only a test that fails where it passed before counts', () => {
  const green = readTap('ok 1 - a\n    ok 1 - nested\nok 2 - b # SKIP later\n# tests 3\n');
  assert.deepEqual(green, { passed: ['a', 'nested', 'b'], failed: [], ended: true });
  const red = readTap('ok 1 - a\n    not ok 1 - nested\nnot ok 2 - b\n# tests 3\n');
  assert.deepEqual(judge(green, red), { kind: 'caught', detail: 'nested' });
  assert.equal(judge(green, green).kind, 'GREEN');
  assert.equal(judge(red, red).kind, 'red before');
  assert.equal(judge(green, readTap('not ok 1 - test/a.test.ts\n# tests 1\n')).kind, 'crashed');
  assert.equal(judge(green, readTap('ok 1 - a\n')).kind, 'no end');
});
