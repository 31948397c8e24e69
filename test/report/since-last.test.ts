import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keptReview } from '../../src/bot/kept-review.ts';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { memoryLine, type Remembered, readMemory } from '../../src/report/memory.ts';
import { remember, type SinceLast, sinceLast, sinceSentence } from '../../src/report/since-last.ts';
import type { Review, ReviewFinding } from '../../src/review/review.ts';
import { assertSafeMarkdown, openPart } from './markdown-text.ts';
import { crowdedReview, findingOf, hugeReview, LINKS, sampleReview, withFinding } from './samples.ts';

const EARLIER = 'e'.repeat(40);
const failing = sampleReview('fail-amplification');
const { rows } = findingOf(failing, 'amplification');

/** What the next review finds in the comment. */
function written(review: Review): Remembered {
  const line = memoryLine([remember({ ...review, head: { ...review.head, sha: EARLIER } })]);
  const [back] = readMemory(`the marker\n${line}\n`);
  return back!;
}
const told = (last: Review, review: Review): string => {
  const since = sinceLast(written(last), review);
  return since === null ? 'nothing' : sinceSentence(since);
};
/** The failing review with both checks that name rows changed alike. */
const both = (change: Partial<ReviewFinding>, review = failing): Review =>
  withFinding(withFinding(review, 'amplification', change), 'conflicting-copies', change);
const gone: Partial<ReviewFinding> = { outcome: 'pass', broken: false, rows: [], rowsTotal: 0 };
const only = (list: ReviewFinding['rows']): Partial<ReviewFinding> => ({ rows: list, rowsTotal: list.length });

test('rows are counted once, however many checks name them; a finding without rows counts itself', () => {
  const { groups } = remember(failing);
  assert.deepEqual(groups.map((group) => group.rows.length).sort(), [0, 6, 6]);
  assert.equal(told(failing, failing), '6 rows and 1 finding still there.');
});

test('a review that the App kept, with hashes for ids, names the same rows', () => {
  assert.deepEqual(remember(keptReview(failing)), remember(failing));
  assert.equal(told(keptReview(failing), failing), '6 rows and 1 finding still there.');
});

test('mended rows are fixed, others still there, and others new', () => {
  const fresh = { ...rows[0]!, id: 'another', ordinal: 9999, line: 10_001 };
  const next = both(only([...rows.slice(2), fresh]));
  assert.equal(told(failing, next), '2 rows fixed, 1 row new, 4 rows and 1 finding still there.');
});

test('a row that two checks named is fixed when neither names it', () => {
  const next = withFinding(failing, 'amplification', gone);
  assert.equal(told(failing, next), '6 rows and 1 finding still there.');
  assert.equal(told(failing, both(gone)), '6 rows fixed, 1 finding still there.');
  const clean = withFinding(both(gone), 'membership', { outcome: 'pass' });
  assert.equal(told(failing, clean), '6 rows and 1 finding fixed.');
});

test('the first finding of a pull request is new', () => {
  const clean = withFinding(both(gone), 'membership', { outcome: 'pass' });
  assert.equal(told(clean, failing), '6 rows and 1 finding new.');
  assert.equal(told(clean, clean), 'nothing');
});

for (const outcome of ['unknown', 'error'] as const)
  test(`a check that ended ${outcome} has mended nothing`, () => {
    const one = withFinding(both(gone), 'amplification', { ...gone, outcome });
    assert.equal(told(failing, one), '1 finding still there, 6 rows that could not be looked at again.');
    const finding = withFinding(both(gone), 'membership', { outcome });
    assert.equal(told(failing, finding), '6 rows fixed, 1 finding that could not be looked at again.');
  });

test('rows that could not be seen, or a check that no longer applies or was switched off, have mended nothing', () => {
  const untold = /^1 finding still there, 6 rows that could not be looked at again\.$/;
  assert.match(told(failing, both({ ...gone, unseen: 3 })), untold);
  assert.match(told(failing, both({ ...gone, outcome: 'not-applicable' })), untold);
  const findings = failing.findings.filter(({ check }) => !['amplification', 'conflicting-copies'].includes(check));
  assert.match(told(failing, { ...failing, findings }), untold);
});

test('a data set that is as it was before, or that the change no longer touches, is mended', () => {
  const same = { base: 900, head: 900, added: 0, removed: 0, changed: 0, moved: 12 };
  const sorted = both(
    { ...gone, outcome: 'not-applicable' },
    { ...failing, data: [{ ...failing.data[0]!, rows: same }] },
  );
  assert.equal(told(failing, sorted), '6 rows fixed, 1 finding still there.');
  const empty: Review = { ...failing, verdict: 'pass', data: [], findings: [], plan: null };
  assert.equal(told(failing, empty), '6 rows and 1 finding fixed.');
});

test('a data set that could not be read is not one that the change no longer touches', () => {
  const broken = { ...findingOf(failing, 'row-diff'), outcome: 'error' as const };
  const unread: Review = { ...failing, data: [], findings: [broken] };
  assert.equal(told(failing, unread), '6 rows and 1 finding that could not be looked at again.');
});

test('what is accepted, or stands in base by now, is still there; neither is new', () => {
  const accepted = both({ ignored: { reason: 'checked', until: null }, broken: false });
  assert.equal(told(failing, accepted), '6 rows and 1 finding still there.');
  assert.equal(told(failing, both({ introduced: false, broken: false })), '6 rows and 1 finding still there.');
  const clean = withFinding(both(gone), 'membership', { outcome: 'pass' });
  assert.equal(told(clean, accepted), '1 finding new.');
});

test('where a list was cut, what is missing from it is neither fixed nor new', () => {
  const least = ' More was named than is compared here: these numbers are the least.';
  const short = both({ rows: rows.slice(0, 4), rowsTotal: 6 });
  assert.equal(
    told(failing, short),
    `4 rows and 1 finding still there, 2 rows that could not be looked at again.${least}`,
  );
  assert.equal(told(short, failing), `4 rows and 1 finding still there.${least}`);
  assert.match(told(crowdedReview(), crowdedReview()), /^1 row still there\. More was named/);
  assert.match(told(crowdedReview(), failing), /More was named/);
});

test('a finding that named rows and now names none has mended none', () => {
  assert.match(told(failing, both({ rows: [], rowsTotal: 0 })), /6 rows that could not be looked at again/);
});

test('rows for which a memory had no room are neither a finding nor new', () => {
  const full = written(failing);
  const groups = full.groups.map((group) => ({ ...group, rows: [], cut: group.rows.length > 0 }));
  const since = sinceLast({ ...full, groups }, failing)!;
  const least = ' More was named than is compared here: these numbers are the least.';
  assert.equal(sinceSentence(since), `1 finding still there.${least}`);
  assert.match(
    sinceSentence(sinceLast({ ...full, groups: [], cut: true }, failing)!),
    /^nothing that could be compared\./,
  );
});

test('weights are followed by their path', () => {
  const finding: ReviewFinding = {
    ...findingOf(failing, 'membership'),
    ...{ check: 'unsafe-file', subject: { data: null, model: 'm.pkl', path: 'm.pkl' }, outcome: 'fail', broken: true },
  };
  const of = (change: Partial<Review>): Review => ({ ...failing, data: [], findings: [], ...change });
  const changed = [{ path: 'm.pkl', change: 'changed' as const, slice: '' }];
  const unsafe = of({ models: changed, findings: [finding] });
  assert.equal(
    told(unsafe, of({ models: changed, findings: [{ ...finding, outcome: 'pass', broken: false }] })),
    '1 finding fixed.',
  );
  assert.equal(told(unsafe, of({ models: [] })), '1 finding fixed.');
  assert.equal(told(unsafe, of({ models: changed })), '1 finding that could not be looked at again.');
});

test('the comment says it below the verdict, with the commit that was reviewed before', () => {
  const since = sinceLast(written(failing), both(only(rows.slice(2))));
  const text = renderMarkdown(failing, { limit: 60_000, links: LINKS, marker: '', since });
  assertSafeMarkdown(text, LINKS.server);
  assert.equal(
    openPart(text).split('\n')[2],
    '**Since the last review** (of `eeeeeee`): 2 rows fixed, 4 rows and 1 finding still there.',
  );
  assert.doesNotMatch(renderMarkdown(failing, { limit: 60_000, links: LINKS, marker: '' }), /Since the last/);
});

test('ten thousand findings are remembered and compared in a second or two', () => {
  const review = hugeReview('a');
  const start = performance.now();
  const since = sinceLast(written(review), review) as SinceLast;
  assert.ok(performance.now() - start < 10_000);
  assert.equal(since.cut, true);
});
