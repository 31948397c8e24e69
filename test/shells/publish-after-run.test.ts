import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Review, ReviewFinding } from '../../src/review/review.ts';
import type { PlayedGitHub } from '../fixtures/github/played-github.ts';
import { BRANCH, HEAD, playFork, publishRun, RUN, WORKFLOW } from '../fixtures/github/run-publish.ts';
import { assertSafeMarkdown } from '../report/markdown-text.ts';
import { findingOf, LINKS, type SAMPLES, sampleReview, withFinding } from '../report/samples.ts';

const failing = sampleReview('fail-amplification');
const clean = sampleReview('pass-clean');
const GATED = `version: 1
data: [{name: train, path: data/train.csv, label: label}]
gates: {amplification: fail, membership: {max: 0.5}}
`;

async function play(config: string | null, body: (played: PlayedGitHub) => Promise<void>): Promise<void> {
  const played = await playFork(config);
  try {
    await body(played);
    assert.deepEqual(played.faults, []);
  } finally {
    await played.close();
  }
}

/** The one status of the one commit. */
function statusOf({ statuses }: PlayedGitHub): string {
  const [status, ...more] = statuses;
  assert.deepEqual(more, []);
  assert.equal(status!.sha, HEAD);
  assert.equal(status!.target_url, 'https://github.com/example/spam-filter/actions/runs/555');
  assert.match(status!.description, /^[\w ,.:()'-]{10,140}$/);
  return `${status!.context} ${status!.state}: ${status!.description}`;
}

for (const [sample, status] of Object.entries({
  'fail-amplification': 'failure: A gate is broken: amplification.',
  'pass-clean': 'success: No harm was found in this change.',
  'unknown-gated': 'error: No verdict: no answer from amplification.',
  'nothing-new-data': 'success: No harm was found in this change.',
  'warn-hostile': 'success: Nothing that a gate forbids, but something was found: see the report.',
} satisfies Record<(typeof SAMPLES)[number], string>))
  test(`the verdict as a commit status: ${sample}`, () =>
    play(null, async (played) => {
      const ran = await publishRun(played, { review: sampleReview(sample as (typeof SAMPLES)[number]) });
      assert.equal(ran.code, 0, ran.stdout);
      assert.equal(statusOf(played), `taster ${status}`);
      assert.notEqual(ran.summary, '');
    }));

test('the status bears the id, and a switch of the step counts', () =>
  play(null, async (played) => {
    const inputs = { 'on-unknown': 'pass', id: 'images' };
    const ran = await publishRun(played, { review: null, inputs, run: { conclusion: 'failure' } });
    assert.equal(ran.code, 0, ran.stdout);
    assert.match(statusOf(played), /^images error/);
    played.statuses.length = 0;
    const review: Review = { ...sampleReview('unknown-gated'), verdict: 'warn', onUnknown: 'pass' };
    await publishRun(played, { review, inputs: { 'on-unknown': 'pass' } });
    assert.match(statusOf(played), /^taster success/);
  }));

const freed = (change: Partial<ReviewFinding>): Review => ({
  ...withFinding(failing, 'amplification', { gated: false, broken: false, ...change }),
  verdict: 'pass',
});
for (const [name, review, status] of [
  ['that it is not gated', freed({}), /failure: A gate is broken: amplification\./],
  ['that it is accepted', freed({ gated: true, ignored: { reason: 'fine', until: null } }), /failure/],
  [
    'that it may be unknown',
    { ...freed({ outcome: 'unknown' }), onUnknown: 'pass' },
    /error: No verdict.*amplification/,
  ],
  ['that it broke, ungated', freed({ outcome: 'error' }), /error: No verdict.*amplification/],
  [
    'nothing of it',
    { ...clean, findings: clean.findings.filter(({ check }) => check !== 'amplification') },
    /error: No verdict.*amplification/,
  ],
  [
    'a figure above the limit',
    withFinding(clean, 'membership', {
      gated: false,
      metrics: [
        {
          ...findingOf(failing, 'membership').metrics[0]!,
          name: 'tpr',
          base: null,
          head: { value: 0.9, low: 0.8, high: 1, n: 100 },
          delta: null,
        },
      ],
    }),
    /failure: A gate is broken: membership\./,
  ],
  ['that it is gated, and is broken', { ...failing, verdict: 'pass' }, /failure/],
] satisfies readonly (readonly [string, Review, RegExp])[])
  test(`the target branch's gates count, whatever the review says of a gated check: ${name}`, () =>
    play(GATED, async (played) => {
      const ran = await publishRun(played, { review });
      assert.equal(ran.code, 0, ran.stdout);
      assert.match(statusOf(played), status);
      assert.match(played.comments[0]!.body, /### (?:❌ Taster: fail|❔ Taster: no verdict) — /);
    }));

test("an ignore of the target branch counts, an expired one doesn't", async () => {
  const accepted = (until: string) =>
    `${GATED}ignore:\n  - {check: amplification, reason: looked at, until: ${until}}\n`;
  const ignored = { reason: 'x', until: null };
  const review: Review = { ...withFinding(failing, 'amplification', { broken: false, ignored }), verdict: 'warn' };
  await play(accepted('2999-01-01'), async (played) => {
    await publishRun(played, { review });
    assert.match(statusOf(played), /success/);
  });
  await play(accepted('2020-01-01'), async (played) => {
    await publishRun(played, { review });
    assert.match(statusOf(played), /failure/);
  });
});

test('a configuration that cannot be read gives no verdict, never a pass', () =>
  play('shout: loud\n', async (played) => {
    const ran = await publishRun(played, { review: clean });
    assert.equal(ran.code, 2);
    assert.equal(statusOf(played), "taster error: The target branch's configuration cannot be read.");
    assert.match(ran.summary, /no verdict/);
    assert.deepEqual(played.comments, []);
    played.statuses.length = 0;
    played.stumbles.push(...[1, 2].map(() => ({ method: 'GET', path: /taster\.yml$/, status: 403 })));
    assert.equal((await publishRun(played, { review: clean })).code, 2);
    assert.match(statusOf(played), /error/);
  }));

const CHANGED = /failure: This pull request changes the workflow that reviews it: its own result is not believed$/;
const at = (ref: string, path = WORKFLOW) => `${ref}:${path}`;

test('a change of the workflow itself: not believed, and nothing of its result is shown in the comment', () =>
  play(GATED, async (played) => {
    played.files.set(at(HEAD), 'name: taster\n# mine\n');
    played.files.set(at('b'.repeat(40)), 'name: taster\n');
    played.mergeBases.set(`${BRANCH}...${HEAD}`, 'b'.repeat(40));
    const ran = await publishRun(played, { review: clean });
    assert.equal(ran.code, 0, ran.stdout);
    assert.match(statusOf(played), CHANGED);
    const { body } = played.comments[0]!;
    assertSafeMarkdown(body, LINKS.server);
    assert.match(
      body,
      /^<!-- taster id=taster [^\n]*\n\n### ❌ Taster: no review — this pull request changes the workflow/,
    );
    assert.match(body, /`\.github\/workflows\/taster\.yml`/);
    assert.doesNotMatch(body, /pass|train/);
    assert.match(ran.summary, /^### ❌ Taster: no review[\s\S]*### ❔ Taster: no verdict/);
    assert.match(ran.output, /^verdict<<.*\nunknown$/m);
  }));

test('a branch that is behind a change of the workflow has changed nothing', () =>
  play(null, async (played) => {
    played.mergeBases.set(`${BRANCH}...${HEAD}`, 'b'.repeat(40));
    for (const [head, base] of [
      ['older', 'older'],
      [null, null],
    ] as const) {
      for (const [ref, text] of [
        [HEAD, head],
        ['b'.repeat(40), base],
      ] as const)
        if (text === null) played.files.delete(at(ref));
        else played.files.set(at(ref), text);
      await publishRun(played, { review: clean });
      assert.match(statusOf(played), /success/);
      played.statuses.length = 0;
    }
  }));

for (const [name, run, files] of [
  [
    'a file that the target branch lacks',
    { path: '.github/workflows/mine.yml' },
    { '.github/workflows/mine.yml': 'x' },
  ],
  ['a file named as if it had a ref', { path: `${WORKFLOW}@x.yml` }, { [`${WORKFLOW}@x.yml`]: 'x' }],
  ['and one more ref', { path: `${WORKFLOW}@x.yml@refs/pull/7/merge` }, { [`${WORKFLOW}@x.yml`]: 'x' }],
  ['a path elsewhere', { path: 'docs/taster.yml' }, { 'docs/taster.yml': 'x' }],
  ['no path', { path: null }, {}],
  ['no file at all', { path: '.github/workflows/gone.yml' }, {}],
  [
    'a called workflow of its own',
    { referenced_workflows: [{ path: 'Example/spam-filter/.github/workflows/called.yml@refs/pull/7/merge' }] },
    { '.github/workflows/called.yml': 'x' },
  ],
  ["a fork's own name before the path", { path: `contributor/spam-filter/${WORKFLOW}@main` }, {}],
  ['called workflows that cannot be told', { referenced_workflows: [{}] }, {}],
  ['no list of called workflows', { referenced_workflows: 'none' }, {}],
] satisfies readonly (readonly [string, object, Record<string, string>])[])
  test(`a run of another workflow is not believed: ${name}`, () =>
    play(null, async (played) => {
      for (const [path, text] of Object.entries(files)) played.files.set(at(HEAD, path), text);
      const ran = await publishRun(played, { review: clean, run });
      assert.match(statusOf(played), CHANGED, ran.stdout);
      assertSafeMarkdown(played.comments[0]!.body, LINKS.server);
    }));

test("a workflow with a ref behind its path, one that calls others', and one without any list are the branch's own", () =>
  play(null, async (played) => {
    const others = [{ path: 'other/repository/.github/workflows/x.yml@v1' }];
    for (const run of [
      { path: `${WORKFLOW}@refs/heads/main` },
      { path: `example/spam-filter/${WORKFLOW}@main` },
      { referenced_workflows: others },
      { referenced_workflows: undefined },
    ]) {
      await publishRun(played, { review: clean, run });
      assert.match(statusOf(played), /success/);
      played.statuses.length = 0;
    }
  }));

test('without comments there is still a status', () =>
  play('version: 1\ncomment: never\n', async (played) => {
    await publishRun(played, { review: failing });
    assert.match(statusOf(played), /failure/);
    played.files.set(at(HEAD), 'mine');
    played.statuses.length = 0;
    await publishRun(played, { review: failing });
    assert.match(statusOf(played), CHANGED);
    assert.deepEqual(played.comments, []);
  }));

test('a run that left nothing: told by the status, and no failure of this step where the run failed itself', () =>
  play(null, async (played) => {
    for (const [conclusion, code] of [
      ['failure', 0],
      ['cancelled', 0],
      ['timed_out', 0],
      ['success', 2],
    ] as const) {
      const ran = await publishRun(played, { review: null, run: { conclusion } });
      assert.equal(ran.code, code, conclusion);
      assert.equal(statusOf(played), 'taster error: The run that reviews ended without a result: see its log.');
      assert.match(ran.summary, /no verdict[\s\S]*does not count as passed/);
      assert.match(ran.output, /^verdict<<.*\nunknown$/m);
      played.statuses.length = 0;
    }
  }));

test('a run that did not succeed has not passed, whatever its result says', () =>
  play(null, async (played) => {
    for (const conclusion of ['failure', 'cancelled', 'timed_out', 'neutral', null]) {
      const ran = await publishRun(played, { review: clean, run: { conclusion } });
      assert.equal(ran.code, 0, ran.stdout);
      assert.equal(statusOf(played), 'taster error: No verdict: see the report.');
      assert.match(ran.summary, /no verdict[\s\S]*The run that reviewed did not succeed/);
      played.statuses.length = 0;
    }
    await publishRun(played, { review: failing, run: { conclusion: 'failure' } });
    assert.match(statusOf(played), /failure: A gate is broken/);
  }));

for (const [name, review] of Object.entries<Parameters<typeof publishRun>[1]['review']>({
  'too large': (path) => {
    writeFileSync(path, '');
    truncateSync(path, 32 * 2 ** 20 + 1);
  },
  'a folder': (path) => mkdirSync(path),
  'a link': (path) => symlinkSync('/proc/self/environ', path),
  empty: '',
  'no JSON': '::error::boo',
  'half of it': JSON.stringify(failing).slice(0, 500),
  'of another schema': { ...failing, schema: 'taster/review@2' },
  'of another repository': { ...failing, repository: 'mallory/spam-filter' },
  'of another commit': { ...failing, head: { ...failing.head, sha: 'a'.repeat(40) } },
  'for another target branch': { ...clean, base: { ...clean.base, ref: 'weak' } },
  'for no target branch': { ...clean, base: { ...clean.base, ref: null } },
}))
  test(`an artifact that is refused: ${name}`, () =>
    play(null, async (played) => {
      const ran = await publishRun(played, { review });
      assert.equal(ran.code, 2);
      assert.match(statusOf(played), /error/);
      assert.match(ran.stdout, /^::error title=Taster::/m);
      assert.doesNotMatch(ran.stdout + ran.summary, /boo|mallory`/);
      assert.match(ran.summary, /no verdict/);
      assert.deepEqual(played.comments, []);
    }));

test('the number in the file is nothing: the pull request is the only open one of owner, branch and commit', () =>
  play(null, async (played) => {
    played.pulls.push(
      { number: 8, owner: 'mallory', branch: 'more-messages', sha: HEAD, base: BRANCH },
      { number: 9, owner: 'contributor', branch: 'more-messages', sha: 'c'.repeat(40), base: BRANCH },
    );
    await publishRun(played, { review: { ...failing, pull: { number: 666 } } });
    assert.ok(played.asked.includes('POST /repos/example/spam-filter/issues/7/comments'));
    assert.ok(!played.asked.some((line) => line.includes('666')));
    assert.match(statusOf(played), /failure/);
  }));

test('two open pull requests of one commit: no verdict for either; none open: nothing is written', () =>
  play(null, async (played) => {
    played.pulls.push({ number: 8, owner: 'contributor', branch: 'more-messages', sha: HEAD, base: 'weak' });
    const two = await publishRun(played, { review: clean });
    assert.equal(two.code, 2);
    assert.match(statusOf(played), /error: Several open pull requests/);
    played.pulls.length = 0;
    played.statuses.length = 0;
    const none = await publishRun(played, { review: clean });
    assert.equal(none.code, 0);
    assert.match(none.stdout, /no open pull request/);
    assert.match(none.summary, /Taster: pass/);
    assert.deepEqual([played.statuses, played.comments], [[], []]);
    await publishRun(played, { review: clean, run: { head_repository: null } });
    assert.deepEqual(played.statuses, []);
  }));

test('in the merge queue the branch is taken from the queue, and there is no comment', () =>
  play(GATED, async (played) => {
    const run = { event: 'merge_group', head_branch: `gh-readonly-queue/${BRANCH}/pr-7-${'d'.repeat(40)}` };
    const ran = await publishRun(played, { review: { ...failing, pull: null }, run });
    assert.equal(ran.code, 0, ran.stdout);
    assert.match(statusOf(played), /failure/);
    assert.deepEqual(played.comments, []);
  }));

test('what GitHub refuses or fails at loses neither the summary nor the other half; the step ends with 2', async (t) => {
  const first = (path: RegExp, method: string, status: number) => ({ method, path, status });
  for (const [name, stumble, status, comments, said] of [
    ['the comment fails', first(/comments$/, 'POST', 422), /failure: A gate/, 0, /GitHub answered 422/],
    [
      'the comment is forbidden',
      first(/comments$/, 'POST', 403),
      /failure: A gate/,
      0,
      /may not comment.*pull-requests: write/,
    ],
    [
      'the configuration fails',
      first(/contents/, 'GET', 422),
      /error: GitHub could not be asked/,
      0,
      /GitHub answered 422/,
    ],
    [
      'the pull request is not told',
      first(/pulls$/, 'GET', 422),
      /error: GitHub could not be asked/,
      0,
      /GitHub answered 422/,
    ],
    [
      'the status is forbidden',
      first(/statuses/, 'POST', 403),
      null,
      1,
      /may not set a commit status.*statuses: write/,
    ],
    ['the status fails', first(/statuses/, 'POST', 422), null, 1, /GitHub answered 422/],
  ] as const)
    await t.test(name, () =>
      play(null, async (played) => {
        played.stumbles.push(stumble);
        const ran = await publishRun(played, { review: failing });
        assert.equal(ran.code, 2);
        assert.match(ran.stdout, said);
        assert.match(ran.summary, /Taster: fail[\s\S]*Reproduce/);
        assert.match(ran.output, /^verdict<</m);
        assert.equal(played.comments.length, comments);
        if (status === null) assert.deepEqual(played.statuses, []);
        else assert.match(statusOf(played), status);
      }),
    );
});

test('while the run goes on, or waits for somebody to approve it, the status is pending and nothing else is written', () =>
  play(null, async (played) => {
    for (const [more, description] of [
      [{ action: 'requested', run: { conclusion: null } }, 'The review is running.'],
      [{ action: 'in_progress', run: { conclusion: null } }, 'The review is running.'],
      [
        { action: 'completed', run: { conclusion: 'action_required' } },
        'The review waits until somebody approves its run.',
      ],
      [
        { action: 'requested', run: { conclusion: 'action_required' } },
        'The review waits until somebody approves its run.',
      ],
    ] as const) {
      const ran = await publishRun(played, { review: clean, ...more });
      assert.equal(ran.code, 0, ran.stdout);
      assert.equal(statusOf(played), `taster pending: ${description}`);
      played.statuses.length = 0;
    }
    assert.deepEqual(played.comments, []);
  }));

test("an older run's job that comes late, or is run again, leaves the status of the later", () =>
  play(null, async (played) => {
    await publishRun(played, { review: failing, runId: '10000' });
    for (const runId of ['9999', '1']) {
      const ran = await publishRun(played, { review: clean, runId });
      assert.equal(ran.code, 0);
      assert.match(ran.stdout, /later run/);
    }
    const states = () => played.statuses.map(({ state }) => state);
    assert.deepEqual(states(), ['failure']);
    await publishRun(played, { review: clean, runId: '10000' });
    await publishRun(played, { review: failing, runId: '10001' });
    assert.deepEqual(states(), ['failure', 'success', 'failure']);
    // What somebody else's status links to orders nothing.
    for (const target_url of [
      'https://evil.example/actions/runs/99999',
      'https://github.com/example/spam-filter/actions/runs/99999/x',
      '',
    ]) {
      played.statuses.push({ sha: HEAD, context: 'taster', state: 'success', description: 'x', target_url });
      await publishRun(played, { review: failing, runId: '10002' });
      assert.equal(states().at(-1), 'failure');
    }
    played.statuses.push({
      sha: HEAD,
      context: 'ci',
      state: 'success',
      description: 'x',
      target_url: 'https://github.com/example/spam-filter/actions/runs/99999',
    });
    await publishRun(played, { review: clean, runId: '10003' });
    assert.equal(states().at(-1), 'success');
  }));

test('an event without a commit is refused', () =>
  play(null, async (played) => {
    for (const head_sha of [undefined, '', 'main', `${HEAD}\n`, HEAD.toUpperCase()]) {
      const ran = await publishRun(played, { review: clean, run: { head_sha } });
      assert.equal(ran.code, 2, String(head_sha));
    }
    assert.deepEqual(played.statuses, []);
    assert.equal(RUN.head_sha, HEAD);
  }));
