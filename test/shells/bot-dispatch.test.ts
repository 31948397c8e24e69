import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  type PlayedAppPull,
  type PlayedCheck,
  pullPayload,
  workflowPayload,
} from '../fixtures/bot/played-app-github.ts';
import type { PlayedWorkflowRun } from '../fixtures/bot/played-workflows.ts';
import { type BotStage, stageBot, until } from '../fixtures/bot/run-bot.ts';
import { type MadeRepository, makeRepository, startAction } from '../fixtures/github/run-action.ts';
import { ATTACKS } from '../report/attacks.ts';
import { assertSafeMarkdown } from '../report/markdown-text.ts';
import { flooded, sampleReview } from '../report/samples.ts';
import { zip } from '../weights/written-pickle.ts';

/** The App whose reviews are made by the repository's own workflow: the action itself plays the runner's part. */
const ROOT = mkdtempSync(join(tmpdir(), 'bot-dispatch-'));
const ACTION = fileURLToPath(new URL('../../src/shells/action.ts', import.meta.url));
const CONFIG = `version: 1
data:
  - {name: train, path: train.csv, label: label}
shadows: {models: 16, epochs: 10, budget: 30s}
gates: {conflicting-copies: fail}
comment: always
`;
const LONGEST_MS = 3000;
const log: string[] = [];
let stage: BotStage;
let code: MadeRepository;
let pulls = 0;

function table(rows: number, wrong = 0): string {
  const line = (i: number, isWrong: boolean) => `${i},${(i * 91) % 17},${(i % 3 === 0) === isWrong ? 'no' : 'yes'}`;
  const lines = Array.from({ length: rows }, (_, i) => line(i, false));
  const more = Array.from({ length: wrong }, (_, i) => line(i, true));
  return `${['a,b,label', ...lines, ...more].join('\n')}\n`;
}

before(async () => {
  const base = { '.github/taster.yml': CONFIG, 'train.csv': table(400) };
  code = makeRepository(ROOT, base, { ...base, 'train.csv': table(400, 6) });
  stage = await stageBot({
    ...{ environment: { ENGINE: 'dispatch' }, log: (line) => log.push(line) },
    ...{ sweepMs: 300, lookMs: 500 },
  });
});
after(async () => {
  await stage.close();
  rmSync(ROOT, { recursive: true, force: true });
});

function pull(of: BotStage = stage): PlayedAppPull {
  const repository = `example/dispatched-${++pulls}`;
  const opened = { repository, number: pulls, base: code.base, head: code.head, updated: 1_700_000_000_000 };
  of.github.repositories.set(repository, code.folder);
  of.github.pulls.push(opened);
  return opened;
}

/** Opens a pull request; gives its check and the workflow's run that the App has started for it. */
async function opened(
  of: BotStage = stage,
): Promise<{ opened: PlayedAppPull; check: PlayedCheck; run: PlayedWorkflowRun }> {
  const made = pull(of);
  await of.deliver({ event: 'pull_request', payload: pullPayload('opened', made) });
  const runOf = () => of.github.workflows.runs.find(({ repository }) => repository === made.repository);
  const checkOf = () => of.github.checks.find(({ repository }) => repository === made.repository);
  await until('started', () => runOf() !== undefined && checkOf()!.story.some((line) => line.includes('workflow')));
  return { opened: made, check: checkOf()!, run: runOf()! };
}

const isDone = (check: PlayedCheck) => until('concluded', () => check.conclusion !== null, 15);
const tell = (run: PlayedWorkflowRun) => stage.deliver({ event: 'workflow_run', payload: workflowPayload(run) });
const end = (run: PlayedWorkflowRun, conclusion: string) => Object.assign(run, { status: 'completed', conclusion });
const archive = (review: unknown) =>
  Buffer.from(zip([{ name: 'review.json', bytes: Buffer.from(JSON.stringify(review)), isDeflated: true }]));

/** A review of the very change, with everything else that its writer likes. */
const reviewOf = ({ repository, number }: PlayedAppPull, more: object = {}) => ({
  ...sampleReview('pass-clean'),
  ...{ repository, pull: { number }, base: { sha: code.base, ref: null } },
  ...{ head: { sha: code.head, ref: null, repository: null }, ...more },
});

test('the action, started with the inputs, makes the review that the App shows', { timeout: 120_000 }, async () => {
  const { opened: of, check, run } = await opened();
  assert.deepEqual(run.inputs, { head: of.head, base: of.base, pull: String(of.number), run: run.title.slice(7) });
  assert.match(check.summary, new RegExp(`/${of.repository}/actions/runs/${run.id}\\)`));
  assert.equal(check.status, 'in_progress');
  const workspace = join(ROOT, 'workspace');
  cpSync(code.folder, workspace, { recursive: true });
  const event = { repository: { full_name: of.repository, default_branch: 'main' }, inputs: run.inputs };
  const ran = await startAction({
    ...{ entry: ACTION, workspace, temp: mkdtempSync(join(ROOT, 'temp-')), eventName: 'workflow_dispatch', event },
    ...{ api: stage.github.url, sha: of.base, runId: run.id, env: { GITHUB_REPOSITORY: of.repository } },
  });
  assert.equal(ran.code, 1, ran.stdout + ran.stderr);
  stage.github.workflows.upload(run, archive(JSON.parse(readFileSync(ran.outputs['review-path']!, 'utf8'))));
  end(run, 'failure');
  await tell(run);
  await isDone(check);
  assert.equal(check.conclusion, 'failure');
  const lines = check.annotations.filter(({ path }) => path === 'train.csv').map(({ start_line }) => start_line);
  assert.ok(
    lines.some((line) => line > 401),
    String(lines),
  );
  const comments = stage.github.comments.filter(({ repository }) => repository === of.repository);
  assert.equal(comments.length, 1);
  assert.match(comments[0]!.body, /fail/);

  // The event again, and a second end of the same run, change nothing.
  const { length } = check.story;
  await tell(run);
  await tell(run);
  await sleep(1000);
  assert.equal(check.story.length, length);
  assert.equal(stage.github.comments.filter(({ repository }) => repository === of.repository).length, 1);
  assert.deepEqual(stage.github.faults, []);
});

test('where GitHub tells neither the run nor its end, both are found', async () => {
  stage.github.workflows.starts = 'untold';
  const { opened: of, check, run } = await opened();
  stage.github.workflows.starts = 'told';
  const twin = { ...run, id: run.id + 500, event: 'pull_request', headRepository: 'fork/x' };
  const decoy = { ...run, id: run.id + 501, branch: 'change', status: 'completed', conclusion: 'success' };
  stage.github.workflows.runs.unshift(decoy);
  stage.github.workflows.upload(run, archive(reviewOf(of)));
  // Somebody's pull request with that title ends: it is not the run, and its event does no harm.
  await tell({ ...twin, conclusion: 'success', status: 'completed' });
  end(run, 'success');
  await isDone(check);
  assert.equal(check.conclusion, 'success');
});

test('runs that the App did not start, or that are not of its workflow, give no review', async () => {
  const { opened: of, check, run } = await opened();
  const stranger = { ...run, id: 424242, title: 'Taster 00' };
  await tell({ ...stranger, status: 'completed', conclusion: 'success' });
  await sleep(500);
  assert.equal(check.conclusion, null);
  stage.github.workflows.upload(run, archive(reviewOf(of)));
  run.path = '.github/workflows/other.yml';
  end(run, 'success');
  await tell(run);
  await isDone(check);
  assert.equal(check.conclusion, 'action_required');
  assert.match(check.summary, /not the one that the App starts/);
});

test('artifacts that are forged, doubled, gone or too large give no review, and say why', async () => {
  const cases: readonly [string, (at: { of: PlayedAppPull; run: PlayedWorkflowRun }) => void, RegExp][] = [
    ['none', () => {}, /without an artifact/],
    [
      'another name',
      ({ of, run }) => stage.github.workflows.upload(run, archive(reviewOf(of)), { name: 'taster2' }),
      /without an artifact/,
    ],
    [
      'expired',
      ({ of, run }) => stage.github.workflows.upload(run, archive(reviewOf(of)), { expired: true }),
      /expired/,
    ],
    [
      'told to be large',
      ({ of, run }) => stage.github.workflows.upload(run, archive(reviewOf(of)), { told: 2 ** 30 }),
      /at most/,
    ],
    [
      'is large',
      ({ run }) => stage.github.workflows.upload(run, Buffer.alloc(33 * 2 ** 20), { told: 100 }),
      /more than/,
    ],
    ['no archive', ({ run }) => stage.github.workflows.upload(run, Buffer.from('PK no')), /zip archive/],
    [
      'other commit',
      ({ of, run }) =>
        stage.github.workflows.upload(
          run,
          archive({ ...reviewOf(of), head: { sha: of.base, ref: null, repository: null } }),
        ),
      /of commit/,
    ],
    [
      'other repository',
      ({ of, run }) => stage.github.workflows.upload(run, archive({ ...reviewOf(of), repository: 'example/other' })),
      /of repository/,
    ],
    [
      'doubled',
      ({ of, run }) => {
        for (let twice = 0; twice < 2; twice++) stage.github.workflows.upload(run, archive(reviewOf(of)));
      },
      /more than one/,
    ],
  ];
  await Promise.all(
    cases.map(async ([name, upload, said]) => {
      const { opened: of, check, run } = await opened();
      upload({ of, run });
      end(run, 'success');
      await tell(run);
      await isDone(check);
      assert.equal(check.conclusion, 'action_required', name);
      assert.match(check.summary, said, name);
    }),
  );
  assert.deepEqual(stage.github.faults, []);
});

test('runs that are stopped, and a failure that the review does not explain, leave no verdict', async () => {
  for (const conclusion of ['cancelled', 'timed_out', 'skipped', 'startup_failure']) {
    const { opened: of, check, run } = await opened();
    stage.github.workflows.upload(run, archive(reviewOf(of)));
    end(run, conclusion);
    await tell(run);
    await isDone(check);
    assert.equal(check.conclusion, 'action_required');
    assert.match(check.summary, /ended as/);
  }
  const { opened: of, check, run } = await opened();
  stage.github.workflows.upload(run, archive(reviewOf(of)));
  end(run, 'failure');
  await tell(run);
  await isDone(check);
  assert.equal(check.conclusion, 'action_required');
});

test('a verdict that its findings do not give is not believed', async () => {
  const { opened: of, check, run } = await opened();
  const { findings } = sampleReview('fail-amplification');
  stage.github.workflows.upload(run, archive(reviewOf(of, { findings, verdict: 'pass' })));
  end(run, 'success');
  await tell(run);
  await isDone(check);
  assert.equal(check.conclusion, 'failure');
});

test('whatever stands in the texts of a review is shown, not obeyed', { timeout: 120_000 }, async () => {
  for (const name of ['tags', 'mentions', 'commands', 'hidden characters', 'links'] as const) {
    const { opened: of, check, run } = await opened();
    // As long as the shortest field may be.
    const flood = flooded(sampleReview('warn-hostile'), ATTACKS[name]!.slice(0, 20));
    const hostile = { ...flood, findings: flood.findings.map((finding) => ({ ...finding, ignored: null })) };
    const { repository, pull, base, head } = reviewOf(of);
    stage.github.workflows.upload(run, archive({ ...hostile, repository, pull, base, head }));
    end(run, 'success');
    await tell(run);
    await isDone(check);
    assert.match(check.conclusion!, /neutral|failure|action_required/);
    assert.match(check.summary, /###/, check.summary.slice(0, 300));
    assertSafeMarkdown(check.summary, stage.github.url);
    assert.doesNotMatch(check.title, /[\p{Cf}\n]/u);
    const comment = stage.github.comments.find((each) => each.repository === of.repository)!;
    assertSafeMarkdown(comment.body, stage.github.url);
  }
});

test('a workflow that is missing, refused or without the inputs says so at once', async () => {
  for (const [status, said] of [
    [404, /has no .*taster/],
    [403, /Actions: write/],
    [422, /inputs/],
  ] as const) {
    stage.github.workflows.starts = status;
    const made = pull();
    await stage.deliver({ event: 'pull_request', payload: pullPayload('opened', made) });
    const checkOf = () => stage.github.checks.find(({ repository }) => repository === made.repository);
    await until('concluded', () => (checkOf()?.conclusion ?? null) !== null, 30);
    assert.equal(checkOf()!.conclusion, 'action_required');
    assert.match(checkOf()!.summary.replaceAll(/&#\d+;/g, ''), said);
  }
  stage.github.workflows.starts = 'told';
});

test('a newer head stops the run of the older', async () => {
  const { opened: of, check, run } = await opened();
  const next = { ...of, head: of.base, updated: of.updated + 1000 };
  await stage.deliver({ event: 'pull_request', payload: pullPayload('synchronize', next) });
  await isDone(check);
  assert.equal(check.conclusion, 'cancelled');
  assert.ok(run.cancelled);
});

test('a restart starts nothing twice; a run that never ends is stopped', { timeout: 60_000 }, async () => {
  const own = await stageBot({ environment: { ENGINE: 'dispatch' }, sweepMs: 300, lookMs: 500, longestMs: LONGEST_MS });
  try {
    const { check, run } = await opened(own);
    await own.restart();
    await isDone(check);
    assert.equal(own.github.workflows.runs.length, 1);
    assert.equal(check.conclusion, 'action_required');
    assert.match(check.summary, /did not end/);
    assert.ok(run.cancelled);
    assert.deepEqual(own.github.faults, []);
  } finally {
    await own.close();
  }
});

test('the log holds no token', () => {
  const text = log.join('\n');
  for (const token of stage.github.tokens.keys()) assert.ok(!text.includes(token));
});
