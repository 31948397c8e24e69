import assert from 'node:assert/strict';
import { test } from 'node:test';
import { capFindings } from '../../src/review/cap-findings.ts';
import { silentFinding } from '../../src/review/judged.ts';
import { applyPolicy, verdictOf } from '../../src/review/verdict.ts';
import { randomSequence } from '../../src/tensor/random.ts';

const OUTCOMES = ['pass', 'not-applicable', 'warn', 'fail', 'unknown', 'error'] as const;
const SWITCHES = { onUnknown: 'fail', onInfrastructure: 'pass' } as const;

/** Judged findings of one check about as many data sets, mostly mild; `rare` is the share of everything else. */
function judged(count: number, rare: number, seed: number) {
  const random = randomSequence(seed);
  const unjudged = Array.from({ length: count }, (_, index) => ({
    ...silentFinding('mislabelled', { data: `set ${index}`, model: null, path: null }, false),
    outcome: random.next() < rare ? OUTCOMES[random.below(6)]! : ('pass' as const),
    introduced: random.next() < 0.7,
    infrastructure: random.next() < 0.3,
  }));
  const gate = { check: 'mislabelled', data: null, max: null, maxIncrease: null, maxRows: null };
  const gates = random.next() < 0.5 ? [] : [gate];
  return applyPolicy(
    unjudged,
    { data: [], gates, ignore: [] },
    { now: 0, reviewed: unjudged.map(({ subject }) => subject), checks: [] },
  ).findings;
}

test('as many findings as a review holds stay as they are', () => {
  const findings = judged(500, 0.5, 1);
  assert.deepEqual(capFindings(findings), { findings, note: null });
});

test('of more, the worst stay, in their order, with the verdict of all, and a note says how many are gone', () => {
  const verdicts = new Set<string>();
  for (let seed = 0; seed < 60; seed++) {
    const all = judged(1200, [0, 0.001, 0.01, 0.9][seed % 4]!, seed);
    const { findings, note } = capFindings(all);
    assert.equal(findings.length, 500);
    assert.match(note!, /^700 findings are left out, the mildest/);
    assert.equal(verdictOf(findings, SWITCHES), verdictOf(all, SWITCHES), `seed ${seed}`);
    assert.deepEqual(
      all.filter((one) => findings.includes(one)),
      findings,
    );
    verdicts.add(verdictOf(all, SWITCHES));
  }
  assert.ok(verdicts.size >= 3, [...verdicts].join());
});
