import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { extract } from 'tar';
import { buildDist } from '../../build/dist.ts';
import { deliver, type PlayedAppGitHub, playAppGitHub, pullPayload } from '../fixtures/bot/played-app-github.ts';
import { botEnvironment, SECRET, until } from '../fixtures/bot/run-bot.ts';
import { makeRepository } from '../fixtures/github/run-action.ts';

/** The App as it is packed, in a folder that holds nothing else and that it cannot write. */
const SOURCES = join(import.meta.dirname, '../..');
const ROOT = mkdtempSync(join(tmpdir(), 'bot-built-'));
const APP = join(ROOT, 'package');
let github: PlayedAppGitHub;

before(async () => {
  const made = join(ROOT, 'made');
  mkdirSync(made);
  const { files } = JSON.parse(readFileSync(join(SOURCES, 'package.json'), 'utf8')) as { files: string[] };
  for (const file of ['package.json', 'LICENSE', 'README.md', ...files])
    if (file !== 'dist') cpSync(join(SOURCES, file), join(made, file), { recursive: true });
  await buildDist({ outdir: join(made, 'dist') });
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--offline', '--ignore-scripts', '--pack-destination', ROOT], {
      ...{ cwd: made, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    }),
  ) as [{ filename: string }];
  await extract({ file: join(ROOT, packed.filename), cwd: ROOT });
  for (const file of readdirSync(join(APP, 'dist'))) chmodSync(join(APP, 'dist', file), 0o444);
  for (const folder of [join(APP, 'dist'), APP]) chmodSync(folder, 0o555);
  github = await playAppGitHub();
});
after(async () => {
  await github.close();
  for (const folder of [APP, join(APP, 'dist')]) chmodSync(folder, 0o755);
  rmSync(ROOT, { recursive: true, force: true });
});

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly log: () => string;
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
}

async function start(more: Readonly<Record<string, string>> = {}): Promise<Started> {
  const data = mkdtempSync(join(ROOT, 'data-'));
  const temporary = mkdtempSync(join(ROOT, 'tmp-'));
  const environment: Record<string, string | undefined> = {
    ...{ ...botEnvironment(github.url, { folder: data }), HOME: temporary, TMPDIR: temporary },
    ...{ NODE_ENV: 'production', LOG_FORMAT: 'json', ...more },
  };
  const child = spawn(process.execPath, [join(APP, 'dist/cli.js'), 'bot'], {
    cwd: data,
    env: environment,
    stdio: 'pipe',
  });
  let log = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  );
  const url = () => /Taster listens on (\S+?)\./.exec(log)?.[1] ?? null;
  await until(`listening: ${log}`, () => /listens on http:\/\/[\d.]+:\d+/.test(log) || child.exitCode !== null);
  assert.equal(child.exitCode, null, log);
  return { child, url: /listens on (http:\/\/[\d.]+:\d+)/.exec(log)![1] ?? url()!, log: () => log, ended };
}

test('it holds the App, its worker, the embedded database, and the licences of all', () => {
  const files = [
    'bot.js',
    'bot-worker.js',
    'report-thread.js',
    'pglite.wasm',
    'pglite.data',
    'initdb.wasm',
    'engine.js',
    'licenses.txt',
  ];
  for (const file of files) assert.ok(existsSync(join(APP, 'dist', file)), file);
  const licences = readFileSync(join(APP, 'dist/licenses.txt'), 'utf8');
  for (const name of ['probot', 'pg-boss', '@electric-sql/pglite', 'pino', 'pg'])
    assert.match(licences, new RegExp(`^${name} \\d+\\.`, 'm'), name);
});

test('it starts, reviews, logs one object a line without secrets, and ends with 0', { timeout: 120_000 }, async () => {
  const bot = await start();
  assert.equal(await (await fetch(`${bot.url}/healthz`)).text(), 'ok\n');
  const data = { 'data/train.csv': 'a,label\n1,x\n', 'README.md': 'one\n' };
  const code = makeRepository(ROOT, data, { ...data, 'README.md': 'two\n' });
  const pull = { repository: 'example/built', number: 1, base: code.base, head: code.head, updated: 1 };
  github.repositories.set(pull.repository, code.folder);
  github.pulls.push(pull);
  const webhooks = `${bot.url}/api/github/webhooks`;
  await deliver(webhooks, SECRET, { event: 'pull_request', payload: pullPayload('opened', pull) });
  await until('concluded', () => github.checks[0]?.conclusion === 'success', 60);
  bot.child.kill('SIGTERM');
  assert.deepEqual(await bot.ended, { code: 0, signal: null });
  await assert.rejects(fetch(`${bot.url}/healthz`));

  const lines = bot
    .log()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  for (const line of lines)
    assert.ok(typeof line.time === 'string' && typeof line.level === 'string', JSON.stringify(line));
  assert.deepEqual(
    lines.map(({ event }) => event).filter((event) => event !== undefined),
    ['listening', 'concluded', 'closing', 'closed'],
  );
  const concluded = lines.find(({ event }) => event === 'concluded')!;
  assert.deepEqual([concluded.run, concluded.conclusion], [`example/built@${code.head}`, 'success']);
  for (const secret of [SECRET, 'PRIVATE KEY', ...github.tokens.keys()]) assert.ok(!bot.log().includes(secret));
  assert.deepEqual(github.faults, []);
});

test('a second signal ends it at once', { timeout: 60_000 }, async () => {
  const bot = await start();
  // A request in the middle keeps the orderly end waiting.
  const open = fetch(`${bot.url}/api/github/webhooks`, {
    method: 'POST',
    headers: {
      ...{ 'content-type': 'application/json', 'x-github-event': 'pull_request', 'x-github-delivery': 'x' },
      // Without one the answer is there before the end of the request.
      'x-hub-signature-256': `sha256=${'0'.repeat(64)}`,
    },
    body: new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('{')) }),
    duplex: 'half',
  } as RequestInit).catch(() => null);
  await sleep(500);
  bot.child.kill('SIGTERM');
  await until('closing', () => bot.log().includes('"closing"'), 10);
  assert.equal(bot.child.exitCode, null);
  const before = performance.now();
  bot.child.kill('SIGTERM');
  assert.equal((await bot.ended).signal, 'SIGTERM');
  assert.ok(performance.now() - before < 2000);
  await open;
});

test('in production an empty, known or short secret does not start', async () => {
  for (const WEBHOOK_SECRET of ['', 'development', 'short']) {
    const env = {
      ...botEnvironment(github.url, { folder: join(ROOT, 'none') }),
      NODE_ENV: 'production',
      WEBHOOK_SECRET,
    };
    const child = spawn(process.execPath, [join(APP, 'dist/cli.js'), 'bot'], { env, stdio: 'pipe' });
    let told = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      told += text;
    });
    assert.equal(await new Promise((resolve) => child.once('close', resolve)), 2);
    assert.match(told, /^The App cannot start: WEBHOOK_SECRET [^\n]* docs\/bot\.md [^\n]*\n$/);
  }
});
