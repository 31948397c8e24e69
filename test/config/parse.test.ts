import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig } from '../../src/config/parse.ts';
import { UserError } from '../../src/errors.ts';

const path = '.github/taster.yml';

function failure(text: string): string {
  try {
    parseConfig(text, { path, checks: [] });
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    assert.ok(error.message.split('\n').length <= 10);
    return error.message;
  }
  throw new Error('the configuration was accepted');
}

test('fills in every default, and takes words as they are written', () => {
  const text =
    'version: 1\ndata:\n  - path: data/train.csv\n    classes: [007, no]\nshadows: {budget: 5m}\nchecks: {secrets: off}';
  const config = parseConfig(text, { path, checks: [] });
  assert.equal(config.data[0]?.name, 'train');
  assert.deepEqual(config.data[0]?.classes, ['007', 'no']);
  assert.equal(config.shadows.budgetSeconds, 300);
  assert.deepEqual(config.checks, { secrets: 'off' });
});

test('says line, column and the word that was meant', () => {
  assert.match(
    failure('version: 1\ndata:\n  - path: a.csv\n    lable: x'),
    /^\.github\/taster\.yml:4:5: unknown key "lable"; did you mean "label"\?$/,
  );
  assert.match(failure('version: 1\ngates: {import-diff: fail}'), /:2:22: .*import-diff is not in this version/);
  assert.match(failure('version: 2'), /:1:10: .*expected 1/);
});

for (const [name, text, message] of [
  ['prototype keys', 'version: 1\n__proto__: {a: 1}', /:2:1: the key "__proto__" is not allowed/],
  ['anchors', 'version: &a 1', /anchors and aliases/],
  ['duplicate keys', 'version: 1\nversion: 1', /:2:1: .*twice/],
  ['deep nesting', '['.repeat(100_000), /nested too deeply/],
  ['an empty file', '', /is empty/],
  ['NUL bytes', 'version: 1\n\0', /:2 holds a NUL byte/],
  ['huge files', ' '.repeat(1_048_577), /at most 1048576/],
  ['paths out of the repository', 'version: 1\ndata: [{path: ../a.csv}]', /without "\.\."/],
] as const)
  test(`refuses ${name}`, () => assert.match(failure(text), message));
