import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openBotDatabase } from '../../src/adapters/bot-database.ts';
import { type AppProcess, startAppProcess } from '../fixtures/bot/app-processes.ts';
import { type PlayedAppGitHub, playAppGitHub, pullPayload } from '../fixtures/bot/played-app-github.ts';
import { openPull, quickChange } from '../fixtures/bot/quick-change.ts';
import { botEnvironment, until } from '../fixtures/bot/run-bot.ts';
import { startPostgres } from '../fixtures/bot/start-postgres.ts';

/** App and database fall between two steps: each time one check run that is concluded, and one comment. */
const ROOT = mkdtempSync(join(tmpdir(), 'bot-faults-killed-'));
const postgres = await startPostgres();
const apps: AppProcess[] = [];
const games: PlayedAppGitHub[] = [];
afterEach(() => Promise.all(apps.map((app) => app.kill())));
after(async () => {
  for (const github of games) await github.close();
  if (typeof postgres !== 'string') await postgres.close();
  rmSync(ROOT, { recursive: true, force: true });
});

const skip = typeof postgres === 'string' ? postgres : false;
const server = () => {
  if (typeof postgres === 'string') throw new Error(postgres);
  return postgres;
};
async function play(): Promise<PlayedAppGitHub> {
  const github = await playAppGitHub();
  games.push(github);
  return github;
}
async function start(github: PlayedAppGitHub, database: { folder: string } | { url: string }): Promise<AppProcess> {
  const app = await startAppProcess({ ...botEnvironment(github.url, database), TMPDIR: ROOT });
  apps.push(app);
  return app;
}
const clones = () => readdirSync(ROOT).filter((name) => name.startsWith('taster-bot-'));

function assertWhole(github: PlayedAppGitHub): void {
  const keys = github.checks.map(({ key }) => key);
  assert.equal(new Set(keys).size, keys.length);
  assert.deepEqual(keys.sort(), github.pulls.map(({ repository, head }) => `${repository}@${head}`).sort());
  assert.ok(github.checks.every(({ status, conclusion }) => status === 'completed' && conclusion === 'failure'));
  const commented = github.comments.map(({ pull }) => pull);
  assert.deepEqual(
    commented.sort(),
    github.pulls.map(({ number }) => number),
  );
  assert.deepEqual(github.faults, []);
}

test('an App that falls after the comment, and the next before the conclusion, leave one of each', async () => {
  const github = await play();
  const pull = openPull(github, quickChange(ROOT));
  const database = { folder: join(ROOT, 'data') };
  const first = await start(github, database);
  // Written, but nobody is told so.
  github.stumbles.push({ method: 'POST', path: /comments$/, status: 'silent' });
  await first.deliver({ event: 'pull_request', payload: pullPayload('opened', pull), id: 'one' });
  await until('the comment', () => github.comments.length === 1 && github.stumbles.length === 0);
  await first.kill();
  assert.equal(github.checks[0]!.conclusion, null);

  // The lock of the first is stale now.
  github.stumbles.push({ method: 'PATCH', path: /check-runs/, body: /"conclusion"/, status: 'deaf' });
  const second = await start(github, database);
  await until('the conclusion is asked for', () => github.stumbles.length === 0, 60);
  await second.kill();
  assert.equal(github.checks[0]!.conclusion, null);

  // Concluded at GitHub, but not in the store.
  github.stumbles.push({ method: 'PATCH', path: /check-runs/, body: /"conclusion"/, status: 'silent' });
  const third = await start(github, database);
  await until('the conclusion is done', () => github.checks[0]!.conclusion !== null, 60);
  await third.kill();

  await start(github, database);
  await until('all is done', () => clones().length === 0 && github.checks[0]!.story.at(-1)!.startsWith('failure'), 60);
  await until('concluded for good', () => github.checks[0]!.conclusion !== null);
  assertWhole(github);
});

test('an App that falls between webhook and queue leaves its delivery to the one that lives on', { skip }, async () => {
  const github = await play();
  const database = await openBotDatabase({ at: { url: server().url }, log: () => {} });
  try {
    const [falling, living] = [await start(github, server()), await start(github, server())];
    // An App that starts asks GitHub for what is open: there is nothing yet.
    await until('they have looked', async () => {
      const looked = await database.query(`select 1 from pgboss.job where name = 'reconcile' and state < 'completed'`);
      return looked.length === 0;
    });
    const pull = openPull(github, quickChange(ROOT));
    await database.query('create sequence taster.hung');
    await database.query(`create function taster.hang() returns trigger language plpgsql as
      $$ begin if new.name = 'announce' and nextval('taster.hung') = 1 then perform pg_sleep(300); end if; return new; end $$`);
    await database.query(
      'create trigger hang before insert on pgboss.job_common for each row execute function taster.hang()',
    );
    const delivery = { event: 'pull_request', payload: pullPayload('opened', pull), id: 'two' } as const;
    const unanswered = falling.deliver(delivery).catch(() => null);
    const hanging = `from pg_stat_activity where wait_event = 'PgSleep'`;
    await until('it hangs', async () => (await database.query(`select 1 ${hanging}`)).length > 0);
    await falling.kill();
    assert.equal(await unanswered, null);
    await database.query(`select pg_terminate_backend(pid) ${hanging}`);
    await until('concluded', () => github.checks[0]?.conclusion != null);
    // GitHub was never answered; somebody has it send the event again.
    const { status } = await living.deliver(delivery);
    assert.equal(status, 200);
    await until('nothing is open', async () => {
      const open = await database.query(
        `select 1 from pgboss.job where state in ('created', 'retry', 'active') and name <> 'give-up'`,
      );
      return open.length === 0;
    });
    assertWhole(github);
  } finally {
    await database.close();
  }
});

test('a database that falls in the middle of a review: the App lives, webhooks say so, nothing is lost', {
  skip,
}, async () => {
  const github = await play();
  const [before, during] = [openPull(github, quickChange(ROOT)), openPull(github, quickChange(ROOT))];
  const app = await start(github, server());
  await app.deliver({ event: 'pull_request', payload: pullPayload('opened', before), id: 'three' });
  await until('begun', () => github.checks[0]?.status === 'in_progress');
  await server().fall();
  const missed = { event: 'pull_request', payload: pullPayload('opened', during), id: 'four' } as const;
  const answer = await app.deliver(missed);
  assert.ok(answer.status >= 500, String(answer.status));
  // Long enough for the review to come to its end, which nobody can write down.
  await sleep(2000);
  await server().start();
  await until('taken', async () => (await app.deliver(missed)).status === 200);
  const states = async () => {
    const database = await openBotDatabase({ at: { url: server().url }, log: () => {} });
    try {
      const rows = await database.query('select state from taster.runs where repository in ($1, $2)', [
        ...[before.repository, during.repository],
      ]);
      return rows.map(({ state }) => state);
    } finally {
      await database.close(0);
    }
  };
  await until('both are concluded', async () => (await states()).every((state) => state === 'concluded'), 60);
  assert.equal((await states()).length, 2);
  assertWhole(github);
  process.kill(app.pid, 0);
});
