import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defaultOptions } from '../../src/checks/check.ts';
import { checkFamilies } from '../../src/checks/ids.ts';
import { checks } from '../../src/checks/index.ts';
import { type Evidence, makeEvidence } from '../../src/evidence/evidence.ts';
import type { Finding } from '../../src/evidence/finding.ts';

const SEEDS = 50;
const RIGHT = 48;

function assertSound(finding: Finding, evidence: Evidence): void {
  assert.ok(finding.summary.length > 0 && finding.summary.length <= 1000);
  assert.ok(!finding.summary.includes('undefined') && !finding.summary.includes('NaN'), finding.summary);
  assert.ok(finding.rows.length <= 100 && finding.rows.length <= finding.rowsTotal);
  for (const named of finding.rows) {
    assert.ok(named.why.length > 0 && named.why.length <= 500);
    for (const { row, revision } of [named, ...named.victims]) {
      const there = evidence.rows[row];
      assert.ok(there, `row ${row} of ${evidence.rows.length}`);
      assert.ok(revision === 'base' ? there.inBase : there.inHead, `row ${row} is not at ${revision}`);
    }
  }
  for (const figure of finding.figures)
    assert.ok(figure.series.reduce((sum, { points }) => sum + points.length, 0) <= 2000);
  assert.deepEqual(JSON.parse(JSON.stringify(finding)), finding, 'must survive JSON: no NaN, infinity or undefined');
}

for (const check of checks)
  describe(check.id, () => {
    test('is a known word of its family, with sound options and words', () => {
      assert.equal(checkFamilies.get(check.id), check.family);
      assert.match(check.question, /\?$/);
      assert.ok(check.why.length > 20 && check.remedy.length > 10);
      for (const [name, option] of Object.entries(check.options)) {
        assert.match(name, /^[a-z_]+$/);
        assert.ok(option.min <= option.default && option.default <= option.max, name);
        assert.match(option.sentence, /\.$/);
      }
    });

    test(`is right on at least ${RIGHT} of ${SEEDS} seeds of each kind`, () => {
      const wrong = { faulty: [] as string[], clean: [] as string[] };
      for (let seed = 0; seed < SEEDS; seed++) {
        const samples = check.samples(seed);
        const options = { ...defaultOptions(check.options), ...samples.options };
        for (const kind of ['faulty', 'clean'] as const) {
          const evidence = makeEvidence(samples[kind]);
          const finding = check.run(evidence, options);
          assertSound(finding, evidence);
          const right = kind === 'faulty' ? ['warn', 'fail'] : ['pass'];
          if (!right.includes(finding.outcome)) wrong[kind].push(`${seed}: ${finding.outcome}: ${finding.summary}`);
        }
      }
      assert.ok(wrong.faulty.length <= SEEDS - RIGHT, wrong.faulty.slice(0, 5).join('\n'));
      assert.ok(wrong.clean.length <= SEEDS - RIGHT, wrong.clean.slice(0, 5).join('\n'));
    });
  });

test('no id stands in the list twice', () => {
  assert.equal(new Set(checks.map(({ id }) => id)).size, checks.length);
});
