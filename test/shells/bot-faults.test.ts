import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { WEBHOOK_PATH } from '../../src/shells/bot.ts';
import {
  deliver,
  type PlayedAppGitHub,
  type PlayedAppPull,
  playAppGitHub,
  pullPayload,
} from '../fixtures/bot/played-app-github.ts';
import { type BotStage, botEnvironment, SECRET, stageBot, until } from '../fixtures/bot/run-bot.ts';
import { type MadeRepository, makeRepository } from '../fixtures/github/run-action.ts';

/** What falls, and that nothing is lost, posted twice or left open afterwards. */
const ROOT = mkdtempSync(join(tmpdir(), 'bot-faults-'));
after(() => rmSync(ROOT, { recursive: true, force: true }));

const skip = process.platform === 'linux' ? false : 'children are found through /proc';
const CONFIG = `version: 1
data:
  - {name: train, path: train.csv, label: label}
shadows: {models: 16, epochs: 10, budget: 30s}
comment: always
`;

function table(rows: number): string {
  const lines = Array.from(
    { length: rows },
    (_, i) => `${(i * 37) % 101},${(i * 91) % 17},${i % 3 === 0 ? 'yes' : 'no'}`,
  );
  return `${['a,b,label', ...lines].join('\n')}\n`;
}

function change(rows: number): MadeRepository {
  const base = { '.github/taster.yml': CONFIG, 'train.csv': table(1500) };
  return makeRepository(ROOT, base, { ...base, 'train.csv': table(rows) });
}

function open(github: PlayedAppGitHub, made: MadeRepository): PlayedAppPull {
  const pull = {
    repository: 'example/faults',
    number: 7,
    base: made.base,
    head: made.head,
    updated: 1_700_000_000_000,
  };
  github.repositories.set(pull.repository, made.folder);
  github.pulls.push(pull);
  return pull;
}

/** Process numbers of the worker children of a process. */
function workersOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const of = /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1];
        const isWorker = readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('bot-worker');
        return Number(of) === parent && isWorker ? [Number(name)] : [];
      } catch {
        return []; // gone since
      }
    });
}

const isTraining = (github: PlayedAppGitHub, sha: string) =>
  github.checks.some((check) => check.sha === sha && check.story.some((line) => /^in_progress: \d+%/.test(line)));

function assertWhole(github: PlayedAppGitHub, heads: readonly string[]): void {
  assert.deepEqual(github.checks.map(({ sha }) => sha).sort(), [...heads].sort());
  assert.ok(github.checks.every(({ status, conclusion }) => status === 'completed' && conclusion !== null));
  assert.equal(github.comments.length, 1);
  assert.deepEqual(github.faults, []);
}

async function staged(work: (stage: BotStage) => Promise<void>): Promise<void> {
  const stage = await stageBot();
  try {
    await work(stage);
  } finally {
    await stage.close();
  }
}

test('a worker that is killed in the middle of a review is followed by another', { skip, timeout: 120_000 }, () =>
  staged(async ({ github, ...stage }) => {
    const pull = open(github, change(1600));
    await stage.deliver({ event: 'pull_request', payload: pullPayload('opened', pull) });
    await until('training', () => isTraining(github, pull.head));
    const [worker] = workersOf(process.pid);
    process.kill(worker!, 'SIGKILL');
    await until('concluded', () => github.checks[0]!.conclusion !== null);
    const { story } = github.checks[0]!;
    assert.equal(story.filter((line) => line.includes('Fetching')).length, 2);
    assertWhole(github, [pull.head]);
  }),
);

test('a push in the middle of a review stops it, and the new head is reviewed', { skip, timeout: 120_000 }, () =>
  staged(async ({ github, ...stage }) => {
    const made = change(1600);
    const pull = open(github, made);
    const first = pull.head;
    await stage.deliver({ event: 'pull_request', payload: pullPayload('opened', pull) });
    await until('training', () => isTraining(github, first));
    const [worker] = workersOf(process.pid);
    const next = change(1550);
    github.repositories.set(pull.repository, next.folder);
    Object.assign(pull, { base: next.base, head: next.head, updated: pull.updated + 1000 });
    await stage.deliver({ event: 'pull_request', payload: pullPayload('synchronize', pull) });
    await until('concluded', () => github.checks.filter(({ conclusion }) => conclusion !== null).length === 2);
    const by = (sha: string) => github.checks.find((check) => check.sha === sha)!;
    assert.equal(by(first).conclusion, 'cancelled');
    assert.ok(!['cancelled', 'action_required'].includes(by(next.head).conclusion!));
    assert.ok(!workersOf(process.pid).includes(worker!));
    assertWhole(github, [first, next.head]);
    assert.match(github.comments[0]!.body, new RegExp(`sha=${next.head}`));
  }),
);

test(
  'refused tokens, failing servers and a lost comment end in one comment and one conclusion',
  { timeout: 120_000 },
  () =>
    staged(async ({ github, ...stage }) => {
      const pull = open(github, change(1600));
      github.stumbles.push(
        { method: 'GET', path: /commits\/.*check-runs$/, status: 401 },
        { method: 'POST', path: /access_tokens$/, status: 502 },
        { method: 'POST', path: /comments$/, status: 'lost' },
        { method: 'GET', path: /pulls\/7$/, status: 500 },
      );
      await stage.deliver({ event: 'pull_request', payload: pullPayload('opened', pull) });
      await until('concluded', () => github.checks[0]?.conclusion != null, 100);
      assert.deepEqual(github.stumbles, []);
      assertWhole(github, [pull.head]);
    }),
);

test('an App that is killed in the middle of a review leaves its folder and its work to the next', {
  skip,
  timeout: 120_000,
}, async () => {
  const github = await playAppGitHub();
  const folder = join(ROOT, 'data');
  const apps: ChildProcess[] = [];
  const start = async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, '../fixtures/bot/app-process.ts')], {
      env: { ...botEnvironment(github.url, { folder }), TMPDIR: ROOT },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    apps.push(child);
    const url = await new Promise<string>((resolve) =>
      child.stdout.once('data', (text) => resolve(String(text).trim())),
    );
    return { child, url };
  };
  try {
    const pull = open(github, change(1600));
    const payload = pullPayload('opened', pull);
    const first = await start();
    await deliver(first.url + WEBHOOK_PATH, SECRET, { event: 'pull_request', payload, id: 'once' });
    await until('training', () => isTraining(github, pull.head));
    const workers = workersOf(first.child.pid!);
    first.child.kill('SIGKILL');
    await new Promise((resolve) => first.child.once('close', resolve));
    const second = await start();
    // GitHub may send again what it had no answer to.
    await deliver(second.url + WEBHOOK_PATH, SECRET, { event: 'pull_request', payload, id: 'once' });
    await until('concluded', () => github.checks[0]!.conclusion !== null, 90);
    assertWhole(github, [pull.head]);
    // A worker without an App ends itself, and takes its clone along.
    await until('no clone', () => !readdirSync(ROOT).some((name) => name.startsWith('taster-bot-')), 20);
    assert.ok(workers.length === 1 && workers.every((pid) => !workersOf(1).includes(pid)));
  } finally {
    for (const child of apps) child.kill('SIGKILL');
    await github.close();
  }
});
