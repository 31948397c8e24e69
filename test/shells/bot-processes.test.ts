import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type StartedBot, startBot, WEBHOOK_PATH } from '../../src/shells/bot.ts';
import { deliver, playAppGitHub, pullPayload } from '../fixtures/bot/played-app-github.ts';
import { openPull, quickChange } from '../fixtures/bot/quick-change.ts';
import { botEnvironment, SECRET, until } from '../fixtures/bot/run-bot.ts';
import { startPostgres } from '../fixtures/bot/start-postgres.ts';

const ROOT = mkdtempSync(join(tmpdir(), 'bot-processes-'));
const postgres = await startPostgres();
const github = await playAppGitHub();
const bots: StartedBot[] = [];
after(async () => {
  for (const bot of bots) await bot.close();
  await github.close();
  if (typeof postgres !== 'string') await postgres.close();
  rmSync(ROOT, { recursive: true, force: true });
});

test('one process answers webhooks, another works, no more at once of an installation than its limit', {
  skip: typeof postgres === 'string' ? postgres : false,
  timeout: 120_000,
}, async () => {
  if (typeof postgres === 'string') return;
  const start = async (settings: Readonly<Record<string, string>>) => {
    const environment = { ...botEnvironment(github.url, postgres), ...settings };
    const bot = await startBot({ environment, log: () => {} });
    bots.push(bot);
    return bot;
  };
  const front = await start({ WORKERS: '0' });
  const pulls = Array.from({ length: 4 }, () => openPull(github, quickChange(ROOT)));
  for (const pull of pulls) {
    const payload = pullPayload('opened', pull);
    const { status } = await deliver(front.url + WEBHOOK_PATH, SECRET, { event: 'pull_request', payload });
    assert.equal(status, 200);
  }
  assert.deepEqual(github.checks, []);
  // Two start at once on a database that is new to neither: both work.
  await Promise.all([1, 2].map(() => start({ WORKERS: '2', INSTALLATION_LIMIT: '1' })));
  let most = 0;
  await until('all are concluded', () => {
    most = Math.max(most, github.checks.filter(({ status }) => status === 'in_progress').length);
    return github.checks.length === pulls.length && github.checks.every(({ conclusion }) => conclusion !== null);
  });
  assert.equal(most, 1);
  assert.ok(github.checks.every(({ conclusion }) => conclusion === 'failure'));
  assert.equal(github.comments.length, pulls.length);
  assert.deepEqual(github.faults, []);
});
