import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Acceptance, applyAcceptances } from '../../src/bot/acceptance.ts';
import { buttons } from '../../src/bot/buttons.ts';
import * as answers from '../../src/bot/command-answers.ts';
import { explainAnswer } from '../../src/bot/explain-answer.ts';
import { checks } from '../../src/checks/index.ts';
import { complaint, operation } from '../fixtures/github/description.ts';
import { ATTACKS } from '../report/attacks.ts';
import { assertSafeMarkdown } from '../report/markdown-text.ts';
import { crowdedReview, flooded, hugeReview, LINKS, sampleReview } from '../report/samples.ts';

const COMMENT = 60_000;
const failing = sampleReview('fail-amplification');

for (const [name, text] of Object.entries(ATTACKS))
  test(`answers hold what is echoed harmless: ${name}`, () => {
    const review = flooded(failing, text);
    const acceptance: Acceptance = {
      ...{
        head: text,
        finding: text,
        digest: text,
        check: text,
        subject: text,
        rows: ['a'],
        whole: true,
        until: text,
        reason: text,
      },
      ...{ by: text, own: true },
    };
    const all = [
      answers.refusalAnswer(text),
      answers.notAcceptedAnswer(text, { problem: 'rows', rows: Array(50).fill(text) }, review),
      answers.notAcceptedAnswer(text, { problem: 'nothing', rows: [] }, review),
      answers.acceptedAnswer([acceptance, acceptance], review),
      answers.howToAcceptAnswer(review, '2027-01-31'),
      explainAnswer(text, review),
      explainAnswer(text, null),
      ...checks.slice(0, 3).map(({ id }) => explainAnswer(id, review)),
    ];
    for (const answer of all) {
      assertSafeMarkdown(answer, LINKS.server);
      assert.ok(answer.length < COMMENT, String(answer.length));
    }
  });

test('answers stay short, however much there is', () => {
  for (const review of [crowdedReview(), hugeReview('z'.repeat(10_000))]) {
    const [row] = review.findings.flatMap(({ rows }) => rows);
    const about = row ? `${row.path}:${row.line}` : 'x';
    for (const answer of [explainAnswer('amplification', review), explainAnswer(about, review)])
      assert.ok(answer.length < COMMENT, String(answer.length));
    assert.ok(answers.howToAcceptAnswer(review, '2027-01-31').length < COMMENT);
  }
});

test('every check is explained from the list of checks, and what it found', () => {
  for (const { id } of checks) {
    const answer = explainAnswer(id, failing);
    assert.ok(answer.startsWith(`**\`${id}\`**`) && answer.includes('What to do:'), answer);
    assertSafeMarkdown(answer, LINKS.server);
  }
  const finding = failing.findings.find(({ check }) => check === 'amplification')!;
  const { path, line } = finding.rows[0]!;
  assert.match(explainAnswer('amplification', failing), /In this commit:\n\n- fail on/);
  assert.match(explainAnswer(`${path}:${line}`, failing), /is named by .*\n\n- `amplification` \(fail\)/s);
  const victim = finding.rows.flatMap(({ victims }) => victims)[0]!;
  assert.match(explainAnswer(`${victim.path}:${victim.line}`, failing), /Touched by/);
  assert.match(explainAnswer('drift', failing), /not in this version/);
  assert.match(explainAnswer('no/such.csv:1', failing), /no finding names/);
});

test('what can be accepted is proposed, what breaks a gate first', () => {
  const answer = answers.howToAcceptAnswer(failing, '2027-01-31');
  assert.match(answer, /```text\n\/taster accept amplification until 2027-01-31 because \n/);
  assert.match(answers.howToAcceptAnswer(sampleReview('pass-clean'), '2027-01-31'), /nothing to accept/);
});

test('the buttons are what GitHub takes, and "Accept" stands where a gate is broken', () => {
  const { schema } = operation('/repos/{owner}/{repo}/check-runs/{check_run_id}', 'patch').requestBody!.content[
    'application/json'
  ]!;
  const names = (list: ReturnType<typeof buttons>) => {
    assert.equal(complaint(schema, { status: 'completed', conclusion: 'failure', actions: list }), null);
    for (const { label, description, identifier } of list)
      assert.ok(label.length <= 20 && description.length <= 40 && identifier.length <= 20);
    return list.map(({ identifier }) => identifier);
  };
  const inPull = { ...failing, pull: { number: 7 } };
  assert.deepEqual(names(buttons(inPull)), ['rerun', 'accept']);
  for (const review of [null, { ...failing, pull: null }, { ...inPull, findings: [] }, sampleReview('pass-clean')])
    assert.deepEqual(names(buttons(review)), ['rerun']);
  const list: Acceptance[] = inPull.findings.map(({ id, check, subject, rows }) => ({
    ...{
      head: inPull.head.sha,
      finding: id,
      digest: null,
      check,
      subject: JSON.stringify([subject.data, subject.model, subject.path]),
    },
    ...{ rows: rows.map((row) => row.id), whole: true, until: '2027-01-31', reason: 'x', by: 'y', own: false },
  }));
  const options = { head: inPull.head.sha, now: 0 };
  assert.deepEqual(names(buttons(applyAcceptances({ review: inPull, hash: (id) => id }, list, options))), ['rerun']);
});
