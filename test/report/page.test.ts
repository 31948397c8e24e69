import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { renderTerminal } from '../../src/report/terminal.ts';
import type { Review } from '../../src/review/review.ts';
import { openPart, tablesOf } from './markdown-text.ts';
import { findingOf, LINKS, sampleReview, withFinding } from './samples.ts';

const failing = sampleReview('fail-amplification');
const comment = (review: Review) => renderMarkdown(review, { limit: 60_000, links: LINKS, marker: '' });

test('a failure on one page: verdict, what to do, culprits and victims, then the measures', () => {
  const open = openPart(comment(failing));
  const order = ['### ❌ Taster: fail', '**What to do:**', '| row | exposes |', 'Also found', '| measure'];
  const places = order.map((text) => open.indexOf(text));
  assert.ok(!places.includes(-1), `${places}`);
  assert.deepEqual(
    places.toSorted((a, b) => a - b),
    places,
  );
});

test('every culprit and victim is linked to its line at its own revision', () => {
  const open = openPart(comment(failing));
  const { base, head } = failing;
  for (const row of findingOf(failing, 'amplification').rows) {
    assert.ok(
      open.includes(`github.com/contributor/spam-filter/blob/${head.sha}/data/train.csv?plain=1#L${row.line})`),
    );
    const [victim] = row.victims;
    assert.ok(
      open.includes(`github.com/example/spam-filter/blob/${base.sha}/data/train.csv?plain=1#L${victim!.line})`),
    );
  }
});

test('a row that one check has named is not repeated in the open part', () => {
  const open = openPart(comment(failing));
  assert.equal(open.split('#L3012)').length, 2);
  assert.match(open, /conflicting-copies: .+ _\(the rows above\)_/);
  const terminal = renderTerminal(failing, { color: false, width: 100 });
  assert.equal(terminal.split('data/train.csv:3012').length, 2);
  assert.match(terminal, /conflicting-copies \(warn\): .+\n {2}6 rows named above\n/);
});

test('three to six measures stand open, two of one check at most', () => {
  const [, measures] = tablesOf(openPart(comment(failing)));
  const lines = measures!.slice(2);
  assert.ok(lines.length >= 3 && lines.length <= 6);
  for (const check of ['amplification', 'membership'])
    assert.ok(lines.filter((line) => line.includes(`${check}: `)).length <= 2);
});

test('a row without victims keeps its reason, beside rows that have some', () => {
  const [first, ...others] = findingOf(failing, 'amplification').rows;
  const rows = [{ ...first!, victims: [], why: 'Stands out alone.' }, ...others];
  const review = withFinding(failing, 'amplification', { rows });
  const [table] = tablesOf(openPart(comment(review)));
  assert.equal(table![0], '| row | exposes | exposure added (d′) | why |');
  assert.match(table![2]!, /L3012\).*\| – \| – \| Stands out alone\. \|$/);
  assert.match(renderTerminal(review, { color: false, width: 100 }), /train\.csv:3012 .*Stands out alone\./);
});

test('no row exposes anything where there are no victims, and a warning only may', () => {
  const { rows } = findingOf(failing, 'amplification');
  const alone = withFinding(failing, 'amplification', { rows: rows.map((row) => ({ ...row, victims: [] })) });
  assert.doesNotMatch(openPart(comment(alone)), /\| exposes/);
  assert.match(openPart(comment(alone)), /\| row \| why \|/);
  const warned = withFinding(failing, 'amplification', { outcome: 'warn', broken: false });
  assert.match(comment(warned), /\| row \| may expose \|/);
});

test('names of commits and the nonce can be copied: nothing hidden stands in them', () => {
  const text = comment(failing);
  for (const name of [failing.base.sha.slice(0, 7), failing.head.sha.slice(0, 7), failing.plan!.nonce])
    assert.ok(text.includes(`\`${name}\``), name);
  assert.match(
    text,
    /\nPlan: MLP, one hidden layer of 64, 64 shadow models per ensemble, 30 epochs, nonce `5f0c7a1e`\.\n/,
  );
});

test('a proposed configuration is told apart and never gates', () => {
  const proposed = { ...failing, config: { ...failing.config, proposed: true } };
  assert.match(comment(proposed), /#### Proposed configuration: never gates/);
  assert.doesNotMatch(comment(failing), /Proposed configuration/);
});

test('what is ignored is folded away with its reason', () => {
  const ignored = { reason: 'checked by hand', until: '2027-01-31' };
  const text = comment(withFinding(failing, 'conflicting-copies', { ignored }));
  assert.doesNotMatch(openPart(text), /conflicting-copies/);
  assert.match(text, /Ignored until 2027-01-31, because: checked by hand/);
});

test('where the gated check names no row, those of the worst remark stand open', () => {
  const { rows } = findingOf(failing, 'amplification');
  const told = { ...findingOf(failing, 'conflicting-copies'), rows, rowsTotal: rows.length };
  const silent = sampleReview('unknown-gated');
  const open = openPart(comment({ ...silent, findings: [...silent.findings, told] }));
  assert.match(open, /\*\*❔ could not tell\*\* · amplification: /);
  assert.match(open, /\*\*⚠️ warn\*\* · conflicting-copies: /);
  assert.ok(open.includes('#L3012)'));
});

test('gated figures stand first, facts about data last', () => {
  const limited = findingOf(failing, 'membership').metrics.map((metric) => ({ ...metric, limit: 0.2 }));
  const data = { ...findingOf(failing, 'row-diff'), metrics: limited };
  const review = withFinding(failing, 'row-diff', data);
  const lines = tablesOf(openPart(comment(review)))
    .at(-1)!
    .slice(2);
  assert.match(lines[0]!, /membership: TPR at FPR 0\.1%.* 5% \|$/);
  assert.match(lines.at(-1)!, /row-diff/);
  const gated = withFinding(review, 'row-diff', { ...data, gated: true });
  assert.match(tablesOf(openPart(comment(gated))).at(-1)![3]!, /row-diff/);
});
