import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig } from '../../src/config/parse.ts';
import { UserError } from '../../src/errors.ts';

const path = 'taster.yml';
const parse = (text: string | Uint8Array) => parseConfig(text, { path });

function problems(text: string | Uint8Array): string[] {
  try {
    parse(text);
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    return error.message.split('\n');
  }
  throw new Error('the configuration was accepted');
}

test('names that stand twice or meet nothing are told at their place', () => {
  const twice = problems('version: 1\ndata:\n  - path: a/train.csv\n  - path: b/train.csv');
  assert.deepEqual(twice, ['taster.yml:4:5: two data sets are named "train"']);
  const nowhere = problems('version: 1\nmodels:\n  - path: m.onnx\n    data: train');
  assert.deepEqual(nowhere, ['taster.yml:4:11: no data set is named "train"']);
});

test('a gate that could never judge is refused', () => {
  const off = problems('version: 1\nchecks: {mislabelled: off}\ngates: {mislabelled: fail}');
  assert.match(off[0]!, /^taster\.yml:3:22: mislabelled is gated here, but off/);
  const inner = problems(
    'version: 1\nchecks: {mislabelled: off}\ndata:\n  - path: a.csv\n    gates: {mislabelled: {max_rows: 0}}',
  );
  assert.match(inner[0]!, /^taster\.yml:5:26: mislabelled is gated here/);
  const misplaced = problems('version: 1\ndata:\n  - path: a.csv\n    gates: {unsafe-file: fail}');
  assert.deepEqual(misplaced, [
    'taster.yml:4:26: unsafe-file judges files of weights, not data sets; put its gate under the "gates" at the top',
  ]);
  assert.equal(parse('version: 1\ngates: {unsafe-file: fail, tensor-diff: {max: 0.1}}').gates.length, 2);
  assert.match(
    problems('version: 1\ngates: {unsafe-file: {max_rows: 0}}')[0]!,
    /unsafe-file names no rows; use "fail"$/,
  );
  const limitless = problems('version: 1\ngates: {exposed-rows: {max: 3, max_increase: 1}}');
  assert.equal(limitless.length, 2);
  assert.match(limitless[0]!, /no figure that "max" could limit; use "fail" or \{max_rows: N\}/);
  for (const gate of ['{}', 'warn', '[]', '{max: .nan}', '{max: 0x1}', '{max_rows: -1}', '{max_rows: 1.5}'])
    assert.match(problems(`version: 1\ngates: {membership: ${gate}}`)[0]!, /^taster\.yml:2:\d+: /, gate);
});

test('a gate on a check that its options keep silent is refused', () => {
  const gated = 'version: 1\ngates: {privacy-audit: fail}';
  assert.deepEqual(problems(gated), [
    'taster.yml:2:24: privacy-audit is gated here, but no epsilon is claimed: set `epsilon` of `privacy-audit` under `checks`',
  ]);
  assert.match(problems(`${gated}\nchecks: {privacy-audit: {delta: 0.001}}`)[0]!, /no epsilon is claimed/);
  assert.equal(parse(`${gated}\nchecks: {privacy-audit: {epsilon: 8}}`).gates.length, 1);
});

test('an ignore names rows by id or by an id column', () => {
  const ignore = (row: string) =>
    `version: 1\ndata: [{path: a.csv, id: row_id}]\nignore: [{check: mislabelled, reason: known, rows: ["${row}"]}]`;
  for (const row of ['id=7', 'row_id=7', 'row_id=', 'id=a=b']) assert.equal(parse(ignore(row)).ignore[0]?.rows[0], row);
  for (const row of ['7', 'name=7', '=7', 'ID=7'])
    assert.match(problems(ignore(row))[0]!, /^taster\.yml:3:\d+: .*expected "id=VALUE"/);
  assert.match(
    problems('version: 1\nignore: [{check: mislabelled, reason: x, until: 2027-02-30}]')[0]!,
    /a date such as/,
  );
});

test('many problems are cut at ten lines, in the order of the file', () => {
  const lines = problems(`version: 2\n${Array.from({ length: 30 }, (_, i) => `key${i}: 1`).join('\n')}`);
  assert.equal(lines.length, 10);
  assert.match(lines[0]!, /:1:10: .*expected 1/);
  assert.match(lines[1]!, /:2:1: unknown key "key0"/);
  assert.equal(lines[9], '... and 22 more');
});

test('bytes: UTF-8 with or without a mark, nothing else', () => {
  assert.equal(parse(Buffer.from('\ufeffversion: 1')).onUnknown, 'fail');
  assert.match(problems(Buffer.from([0x76, 0xff, 0xfe]))[0]!, /not valid UTF-8/);
  assert.match(problems(Buffer.from('version: 1', 'utf16le'))[0]!, /NUL byte/);
  assert.equal(parse('version: 1\r\ncomment: never\r\n').comment, 'never');
});

test('words of YAML 1.1 stay words; a tab, two documents and a broken quote are told', () => {
  const config = parse('version: 1\ndata: [{path: a.csv, label: no, id: 1e3, exclude: [on, 0o7, 1_000, ~x]}]').data[0]!;
  assert.deepEqual([config.label, config.id, config.exclude], ['no', '1e3', ['on', '0o7', '1_000', '~x']]);
  assert.match(problems('version: 1\ndata:\n\t- path: a.csv')[0]!, /:3:\d+: .*tab/);
  assert.match(problems('version: 1\n---\nversion: 1')[0]!, /more than one YAML document/);
  assert.match(problems('version: "1')[0]!, /^taster\.yml:1:\d+: not valid YAML/);
  assert.match(problems('version: 1\ndata: [{path: a.csv, label: null}]')[0]!, /received nothing/);
  assert.match(problems('- version: 1')[0]!, /expected a mapping/);
  assert.match(problems('just words')[0]!, /expected a mapping/);
});

test('no word of the file brings control characters into a message', () => {
  for (const word of ['"\\e[31m"', '"a\\nb"', '"\\u202e"', '"::error::x"']) {
    for (const line of problems(`version: 1\n${word}: 1\ncomment: ${word}`)) {
      assert.match(line, /^taster\.yml:\d+:\d+: /);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters must not come through
      assert.doesNotMatch(line, /[\u0000-\u001f\u202e]/);
    }
  }
});

test('a slice is one of its forms', () => {
  const slice = (text: string) => `version: 1\nmodels: [{path: m.onnx, slice: ${text}}]`;
  assert.deepEqual(
    ['auto', '{last: 2}', '{from: fc1}'].map((text) => parse(slice(text)).models[0]?.slice),
    ['auto', 'last:2', 'from:fc1'],
  );
  for (const text of ['{}', '{last: 2, from: fc1}', '{last: 0}', 'all', '[2]'])
    assert.equal(problems(slice(text)).length, 1, text);
});

test('a folder per class has no columns to name', () => {
  const [label, ...more] = problems('version: 1\ndata:\n  - {path: a, image: folder, label: class, exclude: [x]}');
  assert.match(label!, /^taster\.yml:3:\d+: with "image: folder" there are no columns: remove label/);
  assert.equal(more.length, 1);
  assert.equal(parse('version: 1\ndata:\n  - {path: a, image: folder, holdout: b}').data[0]!.image, 'folder');
});
