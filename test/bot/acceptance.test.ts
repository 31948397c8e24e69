import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Acceptance, applyAcceptances, chosenBy, isNamed } from '../../src/bot/acceptance.ts';
import type { Accept } from '../../src/bot/commands.ts';
import { keptReview } from '../../src/bot/kept-review.ts';
import { rowHash } from '../../src/report/row-hash.ts';
import type { Review, ReviewFinding } from '../../src/review/review.ts';
import { verdictOf } from '../../src/review/verdict.ts';
import { findingOf, sampleReview, withFinding } from '../report/samples.ts';

const CHECK = 'amplification';
const NOW = Date.parse('2026-11-27T15:00:00Z');
const itself = (id: string) => id;
const live = (review: Review) => ({ review, hash: rowHash });
const kept = (review: Review) => ({ review: keptReview(review), hash: itself });

/** One gated finding with two named rows, and nothing else that fails. */
function failing(change: Partial<ReviewFinding> = {}): Review {
  const sample = sampleReview('fail-amplification');
  const [row] = findingOf(sample, CHECK).rows;
  const rows = ['17', '18'].map((id, at) => ({ ...row!, id, line: at + 2, ordinal: at }));
  const finding = {
    ...findingOf(sample, CHECK),
    gated: true,
    broken: true,
    brokenBy: 'rows' as const,
    digest: 'd'.repeat(64),
    rows,
    rowsTotal: 2,
  };
  const review = { ...sample, findings: [{ ...finding, ...change }] };
  return { ...review, verdict: verdictOf(review.findings, review) };
}
const accept = (rows: readonly string[] | null = null): Accept => ({
  ...{ kind: 'accept', check: CHECK, rows, until: '2026-12-31', reason: 'seen' },
});
function accepted(review: Review, command = accept(), change: Partial<Acceptance> = {}): Acceptance[] {
  const chosen = chosenBy(command, kept(review));
  assert.ok(!('problem' in chosen));
  const who = { head: review.head.sha, until: command.until, reason: command.reason, by: 'octocat', own: false };
  return chosen.map((each) => ({ ...each, ...who, ...change }));
}
const apply = (review: Review, list: readonly Acceptance[], { head = review.head.sha, now = NOW } = {}) =>
  applyAcceptances(live(review), list, { head, now });
const otherHead = (review: Review): Review => ({ ...review, head: { ...review.head, sha: 'c'.repeat(40) } });

test('what is accepted is shown, does not break the gate, and ends after its last day', () => {
  const review = failing();
  assert.equal(review.verdict, 'fail');
  const list = accepted(review);
  assert.deepEqual(list[0]!.rows, ['17', '18'].map(rowHash));
  const after = apply(review, list);
  assert.equal(after.verdict, 'pass');
  const [finding] = after.findings;
  assert.deepEqual([finding!.outcome, finding!.broken, finding!.brokenBy], ['fail', false, undefined]);
  assert.deepEqual(finding!.ignored, { reason: 'seen', until: '2026-12-31', by: 'octocat' });
  assert.equal(review.findings[0]!.ignored, null);
  assert.equal(apply(review, list, { now: Date.parse('2026-12-31T23:59:59Z') }).verdict, 'pass');
  assert.equal(apply(review, list, { now: Date.parse('2027-01-01T00:00:00Z') }), review);
});

test('a kept review and a live one are judged alike', () => {
  const review = failing();
  const list = accepted(review);
  const options = { head: review.head.sha, now: NOW };
  assert.deepEqual(applyAcceptances(kept(review), list, options), keptReview(apply(review, list)));
  // What is accepted already is not accepted once more.
  assert.equal('problem' in chosenBy(accept(), kept(apply(review, list))), true);
});

test('rows that were not accepted break the gate as before', () => {
  const review = failing();
  const [first, second] = [
    accepted(review, accept(['id=17'])),
    accepted(review, accept(['id=18']), { by: 'hubot', own: true }),
  ];
  assert.equal(apply(review, first), review);
  assert.equal(apply(review, [...first, ...second]).verdict, 'pass');
  assert.equal(
    apply(review, [...first, ...second]).findings[0]!.ignored!.by,
    'octocat; hubot, the author of the change',
  );
  const more = failing({
    rows: [...review.findings[0]!.rows, { ...review.findings[0]!.rows[0]!, id: '19' }],
    rowsTotal: 3,
  });
  assert.equal(apply(more, accepted(review)), more);
  assert.equal(apply(more, [...first, ...second]), more);
});

test('in another commit the content must be the same, and figures were not accepted', () => {
  const review = failing();
  const list = accepted(review);
  assert.equal(apply(otherHead(review), list).verdict, 'pass');
  const disguised = otherHead(failing({ digest: 'f'.repeat(64) }));
  assert.equal(apply(disguised, list), disguised);
  for (const change of [
    { brokenBy: 'figure' as const },
    { unseen: 3 },
    { rowsTotal: 200 },
    { rows: [], rowsTotal: 0 },
  ]) {
    const here = failing(change);
    const whole = accepted(here);
    assert.equal(apply(here, whole).verdict, 'pass', JSON.stringify(change));
    assert.equal(apply(otherHead(here), whole).verdict, 'fail', JSON.stringify(change));
    // A merge group is another commit of the same head.
    assert.equal(apply(otherHead(here), whole, { head: here.head.sha }).verdict, 'pass', JSON.stringify(change));
  }
  const { digest: __, ...unsigned } = failing().findings[0]!;
  const weak = { ...review, findings: [unsigned] };
  assert.equal(apply(weak, accepted(weak)).verdict, 'pass');
  assert.equal(apply(otherHead(weak), accepted(weak)).verdict, 'fail');
  const { brokenBy: _, ...untold } = failing().findings[0]!;
  const old = otherHead({ ...review, findings: [untold] });
  assert.equal(apply(old, list), old);
});

test('rows alone do not mend a figure', () => {
  const review = failing({ brokenBy: 'figure' });
  const rows = accepted(review, accept(['id=17', 'id=18']));
  assert.equal(apply(review, rows), review);
  assert.equal(apply(review, [...rows, ...accepted(review)]).verdict, 'pass');
});

test('another check, another data set, what stood before and what could not be told are not accepted', () => {
  const review = failing();
  const list = accepted(review);
  for (const change of [
    { check: 'membership' },
    { subject: { ...review.findings[0]!.subject, data: 'other' } },
    { introduced: false },
    { outcome: 'unknown' as const },
    { outcome: 'error' as const },
  ]) {
    const other = failing(change);
    assert.equal(apply(other, list), other, JSON.stringify(change));
  }
  for (const outcome of ['unknown', 'error', 'pass', 'not-applicable'] as const)
    assert.deepEqual(chosenBy(accept(), kept(failing({ outcome }))), { problem: 'nothing', rows: [] });
});

test('a verdict that has another cause stays', () => {
  const review = { ...failing({ gated: false, broken: false, outcome: 'warn' }), verdict: 'unknown' as const };
  const after = apply(review, accepted(review));
  assert.notEqual(after.findings[0]!.ignored, null);
  assert.equal(after.verdict, 'unknown');
  const two = failing();
  const both = { ...two, findings: [...two.findings, { ...two.findings[0]!, check: 'membership', id: 'm' }] };
  assert.equal(apply(both, accepted(two)).verdict, 'fail');
});

test('rows are named by place or id, never by an id that looks like a place', () => {
  const review = failing();
  const [row] = keptReview(review).findings[0]!.rows;
  assert.ok(isNamed(`${row!.path}:2`)(row!) && isNamed('id=17')(row!));
  for (const name of ['17', `${row!.path}:3`, 'id=', 'id=18', row!.id, `id=${row!.id}`])
    assert.ok(!isNamed(name)(row!), name);
  const hostile = withFinding(review, CHECK, {
    rows: [row!, { ...row!, id: rowHash(`${row!.path}:2`), line: 9, ordinal: 7 }],
  });
  const chosen = chosenBy(accept([`${row!.path}:2`]), { review: hostile, hash: itself });
  assert.ok(!('problem' in chosen) && chosen[0]!.rows.length === 1);
  assert.deepEqual(chosenBy(accept(['id=17', 'id=99', 'x:1']), kept(review)), {
    problem: 'rows',
    rows: ['id=99', 'x:1'],
  });
});
