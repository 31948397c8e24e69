import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultOptions, isAboutWeights } from '../../src/checks/check.ts';
import { checkFamilies } from '../../src/checks/ids.ts';
import { checks } from '../../src/checks/index.ts';
import { explain, findCheck } from '../../src/config/explain.ts';
import { parseConfig } from '../../src/config/parse.ts';

test('every check is explained: question, reason, remedy, each option with its range', () => {
  for (const check of checks) {
    const text = explain(check.id);
    for (const part of [check.id, check.family, check.question, check.why, check.remedy])
      assert.ok(text.includes(part));
    for (const [name, { default: value, sentence }] of Object.entries(check.options)) {
      assert.ok(text.includes(`  ${name}: ${value}\n`));
      assert.ok(text.includes(sentence));
    }
    assert.equal(text.includes('"max"'), check.gateMetric !== null);
    assert.ok(text.endsWith('\n') && !text.endsWith('\n\n'));
  }
});

test('what an explanation tells to write can be written', () => {
  for (const check of checks) {
    const { id } = check;
    const text = explain(id);
    const lines = text.split('\n').filter((line) => line.startsWith(`    ${id}: `));
    // What names no rows and has no figure has no limits.
    assert.equal(lines.length, isAboutWeights(check) && check.gateMetric === null ? 2 : 3);
    const silent = check.silent?.(defaultOptions(check.options)) ?? null;
    assert.equal(text.includes('By its defaults it answers nothing'), silent !== null);
    const awake = silent === null ? '' : `checks: ${JSON.stringify({ [id]: check.samples(1).options })}\n`;
    for (const gate of lines.slice(0, -1))
      assert.equal(parseConfig(`version: 1\n${awake}gates:\n${gate}`, { path: 'c' }).gates[0]?.check, id);
    assert.equal(parseConfig(`version: 1\nchecks:\n${lines.at(-1)}`, { path: 'c' }).checks[id], 'off');
  }
});

test('an unknown check is told apart from one that is not built yet', () => {
  assert.equal(findCheck('mislabelled').id, 'mislabelled');
  for (const id of checkFamilies.keys())
    if (checks.every((check) => check.id !== id)) assert.throws(() => explain(id), { code: 'check-not-built' });
  assert.throws(() => explain('mislabeled'), { code: 'check-unknown', hint: 'Did you mean mislabelled?' });
  assert.throws(() => explain('constructor'), { code: 'check-unknown' });
  assert.throws(() => explain('a\n::error::b'), (error: Error) => !error.message.includes('\n')); // biome-ignore format: one idea
});
