import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { buildDist } from '../../build/dist.ts';
import { type PlayedGitHub, playGitHub } from '../fixtures/github/played-github.ts';
import {
  type MadeRepository,
  makeRepository,
  pullEvent,
  type Started,
  startAction,
  temporary,
} from '../fixtures/github/run-action.ts';

const ROOT = temporary('action');
const FIXTURES = join(import.meta.dirname, '../fixtures/reviews');
let entry = '';
let code: MadeRepository;

before(async () => {
  await buildDist({ outdir: join(ROOT, 'dist') });
  entry = join(ROOT, 'dist/action.js');
  const data = { 'data/train.csv': 'a,label\n1,x\n2,y\n' };
  code = makeRepository(
    ROOT,
    { ...data, 'README.md': 'one\n' },
    { ...data, 'README.md': 'two\n', 'src/a.py': 'print(1)\n' },
  );
});
after(() => rmSync(ROOT, { recursive: true, force: true }));

function started(played: PlayedGitHub | null, more: Partial<Started> = {}): Started {
  const temp = temporary('runner');
  after(() => rmSync(temp, { recursive: true, force: true }));
  return {
    ...{ entry, workspace: code.folder, temp, eventName: 'pull_request', event: pullEvent(code) },
    api: played?.url ?? 'http://127.0.0.1:9',
    ...more,
    // Nothing may be fetched in these tests.
    inputs: { registry: 'http://127.0.0.1:9/', ...more.inputs },
  };
}

/** A review that an earlier job left, as if it were of this change. */
function leaveReview(temp: string, name: string, change: Record<string, unknown> = {}): void {
  const review = JSON.parse(readFileSync(join(FIXTURES, `${name}.json`), 'utf8'));
  const left = { ...review, head: { ...review.head, sha: code.head }, ...change };
  mkdirSync(join(temp, 'taster/taster'), { recursive: true });
  writeFileSync(join(temp, 'taster/taster/review.json'), JSON.stringify(left));
}

/** What the step's file for code scanning holds. */
function sarifResults(outputs: Readonly<Record<string, string>>): { level: string }[] {
  return JSON.parse(readFileSync(outputs['sarif-path']!, 'utf8')).runs[0].results;
}

async function play(options: { readOnly?: boolean }, body: (played: PlayedGitHub) => Promise<void>): Promise<void> {
  const played = await playGitHub(options);
  played.pulls.push({ number: 7, owner: 'contributor', branch: 'change', sha: code.head });
  try {
    await body(played);
    assert.deepEqual(played.faults, []);
  } finally {
    await played.close();
  }
}

const publishing = { mode: 'publish', token: 'ghs_test' };

test('a change that touches no data ends green, asks nobody and fetches nothing', async () => {
  const ran = await startAction(started(null));
  assert.equal(ran.code, 0, ran.stdout + ran.stderr);
  assert.equal(ran.outputs.verdict, 'pass');
  assert.equal(ran.outputs.skipped, 'true');
  assert.match(ran.summary, /no data set/);
  assert.ok(existsSync(ran.outputs['review-path']!));
  assert.deepEqual(sarifResults(ran.outputs), []);
  assert.match(readFileSync(ran.outputs['report-path']!, 'utf8'), /^<!doctype html>[\s\S]*nothing relevant changed/i);
});

test('where no data have come yet the check is green, and says what it looked for', async () => {
  const made = makeRepository(ROOT, { 'README.md': 'one\n' }, { 'README.md': 'two\n' });
  const ran = await startAction(started(null, { workspace: made.folder, event: pullEvent(made) }));
  assert.equal(ran.code, 0, ran.stdout + ran.stderr);
  assert.deepEqual([ran.outputs.verdict, ran.outputs.skipped], ['pass', 'true']);
  assert.match(ran.summary, /no file that looks like data or weights/);
});

test('the merge queue and a dispatch find their revisions', async () => {
  const group = {
    base_sha: code.base,
    head_sha: code.head,
    base_ref: 'refs/heads/main',
    head_ref: 'refs/heads/queue/7',
  };
  const queue = await startAction(started(null, { eventName: 'merge_group', event: { merge_group: group } }));
  assert.equal(queue.code, 0, queue.stdout + queue.stderr);
  const review = JSON.parse(readFileSync(queue.outputs['review-path']!, 'utf8'));
  assert.deepEqual(
    [review.base.sha, review.base.ref, review.head.sha, review.pull],
    [code.base, 'main', code.head, null],
  );
  const event = { repository: { default_branch: 'main' } };
  const dispatch = await startAction(started(null, { eventName: 'workflow_dispatch', event, sha: code.head }));
  assert.equal(dispatch.code, 0, dispatch.stdout + dispatch.stderr);
  assert.equal(dispatch.outputs.skipped, 'true');
});

test('a schedule and a push review the branch itself: summary, file and exit code, and no comment', () =>
  play({}, async (played) => {
    const made = makeRepository(ROOT, { 'README.md': 'one\n' }, { 'model.pkl': "cos\nsystem\n(S'true'\ntR." });
    const repository = { full_name: 'example/spam-filter', default_branch: 'main' };
    const env = { GITHUB_REF: 'refs/heads/main' };
    const run = (eventName: string, event: object, sha = made.head) =>
      startAction(
        started(played, {
          ...{ workspace: made.folder, eventName, event: { repository, ...event }, sha, env },
          inputs: { token: 'ghs_test', comment: 'always', id: eventName },
        }),
      );
    const weekly = await run('schedule', { schedule: '17 5 * * 1' });
    assert.equal(weekly.code, 1, weekly.stdout + weekly.stderr);
    assert.match(weekly.summary, /All commits of main are younger than 7 days: compared with its first\./);
    assert.match(weekly.summary, /unsafe-file/);
    assert.equal(sarifResults(weekly.outputs).filter(({ level }) => level === 'error').length, 1);
    const review = JSON.parse(readFileSync(weekly.outputs['review-path']!, 'utf8'));
    assert.deepEqual([review.base.sha, review.base.ref, review.head.sha], [made.base, 'main', made.head]);
    const push = await run('push', { before: made.base, after: made.head });
    assert.equal(push.code, 1, push.stdout + push.stderr);
    const quiet = await run('schedule', {}, made.base);
    assert.deepEqual([quiet.code, quiet.outputs.skipped], [0, 'true'], quiet.stdout);
    assert.match(quiet.summary, /no file that looks like data or weights/);
    const again = await run('push', { before: made.head, after: made.head });
    assert.deepEqual([again.code, again.outputs.skipped], [0, 'true'], again.stdout);
    assert.deepEqual(played.comments, []);
    assert.match(weekly.stdout, /no open pull request to comment on/);
  }));

test('two jobs: the review of the first is published by the second, then updated, never twice', () =>
  play({}, async (played) => {
    const first = started(played, { inputs: publishing });
    leaveReview(first.temp, 'fail-amplification');
    const ran = await startAction(first);
    assert.equal(ran.code, 0, ran.stdout + ran.stderr);
    assert.equal(ran.outputs.verdict, 'fail');
    assert.equal(played.comments.length, 1);
    assert.match(played.comments[0]!.body, /^<!-- taster id=taster /);
    assert.equal(sarifResults(ran.outputs).filter(({ level }) => level === 'error').length, 6);
    const second = started(played, { inputs: publishing, runId: 101 });
    leaveReview(second.temp, 'pass-clean');
    assert.equal((await startAction(second)).code, 0);
    assert.equal(played.comments.length, 1);
    assert.match(played.comments[0]!.body, /run=101/);
    const late = started(played, { inputs: publishing, runId: 99 });
    leaveReview(late.temp, 'fail-amplification');
    const kept = await startAction(late);
    assert.equal(kept.code, 0);
    assert.match(kept.stdout, /newer run/);
    assert.match(played.comments[0]!.body, /run=101/);
  }));

test("the second job comments as the target branch's configuration says", () =>
  play({}, async (played) => {
    const CONFIG = 'refs/heads/master:.github/taster.yml';
    const ran = async (review: string, config: string, inputs: Record<string, string> = {}) => {
      played.files.set(CONFIG, config);
      const job = started(played, { inputs: { ...publishing, ...inputs } });
      leaveReview(job.temp, review);
      const { code: exit, stdout, stderr } = await startAction(job);
      assert.equal(exit, 0, stdout + stderr);
      return stdout;
    };
    await ran('fail-amplification', 'version: 1\ncomment: never\n');
    assert.equal(played.comments.length, 0);
    await ran('pass-clean', 'version: 1\n');
    assert.equal(played.comments.length, 0);
    assert.match(await ran('pass-clean', 'comment: shout\n'), /taster\.yml of master cannot be read/);
    assert.equal(played.comments.length, 0);
    await ran('pass-clean', 'version: 1\ncomment: always\n');
    assert.equal(played.comments.length, 1);
    await ran('fail-amplification', 'version: 1\ncomment: always\n', { comment: 'never' });
    assert.match(played.comments[0]!.body, /pass/i);
  }));

test('the verdict is recomputed, never read', () =>
  play({}, async (played) => {
    const job = started(played, { inputs: publishing });
    leaveReview(job.temp, 'fail-amplification', { verdict: 'pass' });
    const ran = await startAction(job);
    assert.equal(ran.outputs.verdict, 'fail');
  }));

test('the built action publishes after a run: comment and status', () =>
  play({}, async (played) => {
    const path = '.github/workflows/taster.yml';
    for (const ref of ['refs/heads/master', code.head]) played.files.set(`${ref}:${path}`, 'name: taster\n');
    const run = { id: 100, run_attempt: 1, event: 'pull_request', head_sha: code.head, head_branch: 'change', path };
    const event = {
      action: 'completed',
      workflow_run: { ...run, head_repository: { owner: { login: 'contributor' } } },
    };
    const job = started(played, { eventName: 'workflow_run', event, inputs: publishing });
    leaveReview(job.temp, 'fail-amplification', {
      pull: { number: 666 },
      base: { sha: code.base, ref: 'master' },
    });
    const ran = await startAction(job);
    assert.equal(ran.code, 0, ran.stdout + ran.stderr);
    assert.ok(played.asked.includes('POST /repos/example/spam-filter/issues/7/comments'));
    assert.ok(!played.asked.some((line) => line.includes('666')));
    assert.deepEqual(
      played.statuses.map(({ sha, state, context }) => [sha, state, context]),
      [[code.head, 'failure', 'taster']],
    );
  }));

test('a red comment turns green when the change is reverted: in one job and in two, also where comments are for findings', () =>
  play({}, async (played) => {
    const red = async (runId: number) => {
      const job = started(played, { inputs: publishing, runId });
      leaveReview(job.temp, 'fail-amplification');
      await startAction(job);
      // As if another commit had been reviewed then.
      played.comments[0]!.body = played.comments[0]!.body.replaceAll(code.head, 'e'.repeat(40));
      assert.match(played.comments[0]!.body, /### ❌ Taster: fail/);
    };
    const green =
      /### ✅ Taster: pass — nothing relevant changed[^\n]*\n\n\*\*Since the last review\*\* \(of `eeeeeee`\): 6 rows and 1 finding fixed\.\n/;
    await red(100);
    const one = await startAction(
      started(played, { inputs: { token: 'ghs_test', comment: 'on-findings' }, runId: 101 }),
    );
    assert.deepEqual([one.code, one.outputs.skipped], [0, 'true'], one.stdout + one.stderr);
    assert.match(played.comments[0]!.body, green);
    await red(102);
    const first = started(null, { inputs: { mode: 'review' }, runId: 103 });
    assert.equal((await startAction(first)).code, 0);
    const second = await startAction({ ...started(played, { inputs: publishing, runId: 103 }), temp: first.temp });
    assert.deepEqual([second.code, second.outputs.skipped], [0, 'true'], second.stdout + second.stderr);
    assert.match(played.comments[0]!.body, green);
    assert.equal(played.comments.length, 1);
  }));

test('without comments a red one is left as it is: nothing is written to the pull request', () =>
  play({}, async (played) => {
    const red = started(played, { inputs: publishing });
    leaveReview(red.temp, 'fail-amplification');
    await startAction(red);
    const before = structuredClone(played.comments);
    const never = { comment: 'never' };
    await startAction(started(played, { inputs: { token: 'ghs_test', ...never }, runId: 101 }));
    const job = started(played, { inputs: { ...publishing, ...never }, runId: 102 });
    leaveReview(job.temp, 'pass-clean');
    assert.equal((await startAction(job)).code, 0);
    played.files.set('refs/heads/master:.github/taster.yml', 'version: 1\ncomment: never\n');
    const configured = started(played, { inputs: publishing, runId: 103 });
    leaveReview(configured.temp, 'pass-clean');
    assert.equal((await startAction(configured)).code, 0);
    assert.deepEqual(played.comments, before);
  }));

test('GitHub fails in the second job: the summary stands, the step does not pass', () =>
  play({}, async (played) => {
    for (const path of [/comments$/, /pulls/]) {
      played.stumbles.push({ method: 'GET', path, status: 422 });
      const job = started(played, { inputs: publishing });
      leaveReview(job.temp, 'fail-amplification');
      const ran = await startAction(job);
      assert.equal(ran.code, 2);
      assert.match(ran.stdout, /^::error .*GitHub answered 422/m);
      assert.match(ran.summary, /Taster: fail/);
      assert.equal(ran.outputs.verdict, 'fail');
    }
    assert.deepEqual(played.comments, []);
  }));

test("a fork's token may not comment: a warning, and the summary stands", () =>
  play({ readOnly: true }, async (played) => {
    const job = started(played, { inputs: publishing });
    leaveReview(job.temp, 'warn-hostile');
    const ran = await startAction(job);
    assert.equal(ran.code, 0, ran.stdout + ran.stderr);
    assert.match(ran.stdout, /^::warning .*may not comment/m);
    assert.notEqual(ran.summary, '');
  }));

test('a review of another repository or commit is not published', () =>
  play({}, async (played) => {
    for (const change of [
      { repository: 'mallory/spam-filter' },
      { head: { sha: code.base, ref: null, repository: null } },
    ]) {
      const job = started(played, { inputs: publishing });
      leaveReview(job.temp, 'pass-clean', change);
      const ran = await startAction(job);
      assert.equal(ran.code, 2);
      assert.match(ran.stdout, /^::error .*not published/m);
    }
    assert.deepEqual(played.comments, []);
  }));

test('one job: with a token the review comments itself', () =>
  play({}, async (played) => {
    const inputs = { token: 'ghs_test', comment: 'always' };
    assert.equal((await startAction(started(played, { inputs }))).code, 0);
    assert.equal((await startAction(started(played, { inputs, runId: 101 }))).code, 0);
    assert.equal(played.comments.length, 1);
    assert.match(played.comments[0]!.body, /run=101/);
  }));

test('bad input ends in one clear line and code 2', async () => {
  const cases: [Partial<Started>, RegExp][] = [
    [{ inputs: { mode: 'shard' } }, /not in this version/],
    [{ inputs: { mode: 'dance' } }, /expected review or publish/],
    [{ inputs: { budget: 'soon' } }, /expected a duration/],
    [{ inputs: { id: 'a/../b' } }, /expected letters/],
    [{ inputs: { 'working-directory': '../..' } }, /leads out/],
    [{ inputs: { mode: 'publish' } }, /has no token/],
    [{ inputs: publishing }, /There is no review to publish/],
    [{ eventName: 'release', event: {} }, /names no change/],
    [{ event: { pull_request: { number: 7, base: { sha: '--upload-pack=x' } } } }, /not a full commit id/],
  ];
  for (const [more, pattern] of cases) {
    const ran = await startAction(started(null, more));
    assert.equal(ran.code, 2, `${pattern}: ${ran.stdout}`);
    assert.match(ran.stdout, pattern);
    assert.equal(ran.stdout.trim().split('\n').length, 1, ran.stdout);
    assert.equal(ran.stderr, '');
  }
});

test('a review that is no review is refused without showing it', () =>
  play({}, async (played) => {
    for (const text of ['', '{', '[]', '::error::boo', '{"schema":"taster/review@2"}', '\u0000'.repeat(1000)]) {
      const job = started(played, { inputs: publishing });
      leaveReview(job.temp, 'pass-clean');
      writeFileSync(join(job.temp, 'taster/taster/review.json'), text);
      const ran = await startAction(job);
      assert.equal(ran.code, 2, text);
      assert.ok(!ran.stdout.includes('boo'));
    }
    assert.deepEqual(played.comments, []);
  }));
