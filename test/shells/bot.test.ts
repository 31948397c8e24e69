import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { UserError } from '../../src/errors.ts';
import { startBot } from '../../src/shells/bot.ts';
import { type PlayedAppPull, pullPayload, rerunPayload } from '../fixtures/bot/played-app-github.ts';
import { type BotStage, botEnvironment, stageBot, until } from '../fixtures/bot/run-bot.ts';
import { type MadeRepository, makeRepository } from '../fixtures/github/run-action.ts';

const REPOSITORY = 'example/spam-filter';
const ROOT = mkdtempSync(join(tmpdir(), 'bot-test-'));
const DATA = { 'data/train.csv': 'a,label\n1,x\n2,y\n' };
// The clones go where nobody else makes any.
process.env.TMPDIR = ROOT;
const log: string[] = [];
let stage: BotStage;
let code: MadeRepository;
let pulls = 0;

before(async () => {
  code = makeRepository(ROOT, { ...DATA, 'README.md': 'one\n' }, { ...DATA, 'README.md': 'two\n' });
  stage = await stageBot({ log: (line) => log.push(line) });
  stage.github.repositories.set(REPOSITORY, code.folder);
});
after(async () => {
  await stage.close();
  rmSync(ROOT, { recursive: true, force: true });
});

/** A pull request of its own repository: what one test leaves is no business of another. */
function pull(made: MadeRepository = code, updated = 1_700_000_000_000): PlayedAppPull {
  const repository = `example/repository-${++pulls}`;
  const opened = { repository, number: pulls, base: made.base, head: made.head, updated };
  stage.github.repositories.set(repository, made.folder);
  stage.github.pulls.push(opened);
  return opened;
}
const checksOf = ({ repository }: PlayedAppPull) =>
  stage.github.checks.filter((each) => each.repository === repository);
const concluded = (of: PlayedAppPull, count = 1) =>
  until('concluded', () => checksOf(of).filter(({ conclusion }) => conclusion !== null).length === count);

test('a signed event makes one check run, which is queued, worked on and concluded', async () => {
  const opened = pull();
  const { status, milliseconds } = await stage.deliver({
    event: 'pull_request',
    payload: pullPayload('opened', opened),
  });
  assert.ok(status === 200 || status === 202, String(status));
  assert.ok(milliseconds < 2000, `${milliseconds} ms`);
  await concluded(opened);
  const [check, ...more] = checksOf(opened);
  assert.deepEqual(more, []);
  assert.equal(check!.key, `${opened.repository}@${opened.head}`);
  assert.equal(check!.conclusion, 'success');
  assert.match(check!.story[0]!, /^queued: /);
  assert.match(check!.story[1]!, /^in_progress: /);
  assert.match(check!.story.at(-1)!, /^success: pass: nothing relevant changed/);
  assert.deepEqual(stage.github.comments, []);
  assert.deepEqual(stage.github.faults, []);
});

test('a repository without data and weights passes: the App is installed for those, too', async () => {
  const opened = pull(makeRepository(ROOT, { 'README.md': 'one\n' }, { 'README.md': 'two\n' }));
  await stage.deliver({ event: 'pull_request', payload: pullPayload('opened', opened) });
  await concluded(opened);
  assert.match(checksOf(opened)[0]!.story.at(-1)!, /^success: pass: nothing relevant changed/);
});

test('a wrong signature, and none, are refused', async () => {
  const opened = pull();
  const payload = pullPayload('opened', opened);
  for (const signature of [null, '', 'sha256=00', `sha256=${'0'.repeat(64)}`])
    assert.ok((await stage.deliver({ event: 'pull_request', payload, signature })).status >= 400, String(signature));
  // Had one been taken, its delivery would stand before this one's.
  await stage.deliver({ event: 'pull_request', payload: pullPayload('opened', pull()) });
  await until('the other', () => checksOf(stage.github.pulls.at(-1)!).length === 1);
  assert.deepEqual(checksOf(opened), []);
});

test('deliveries that come twice, and a draft, make nothing more', async () => {
  const [opened, draft] = [pull(), pull()];
  const twice = { event: 'pull_request', payload: pullPayload('opened', opened), id: 'twice' } as const;
  await Promise.all([stage.deliver(twice), stage.deliver(twice), stage.deliver({ ...twice, id: 'other' })]);
  await stage.deliver({ event: 'pull_request', payload: pullPayload('opened', draft, { draft: true }) });
  await concluded(opened);
  await stage.deliver(twice);
  await stage.deliver({ event: 'pull_request', payload: pullPayload('ready_for_review', draft) });
  await concluded(draft);
  assert.deepEqual([checksOf(opened).length, checksOf(draft).length], [1, 1]);
  assert.equal(checksOf(opened)[0]!.story.filter((line) => line.startsWith('success')).length, 1);
});

test('"Re-run" of a check, and of all checks, reviews again in the same check run', async () => {
  const opened = pull();
  await stage.deliver({ event: 'pull_request', payload: pullPayload('opened', opened) });
  await concluded(opened);
  const [check] = checksOf(opened);
  for (const [at, event] of (['check_run', 'check_suite'] as const).entries()) {
    await stage.deliver({ event, payload: rerunPayload(event, opened.repository, opened.head) });
    await until('again', () => check!.story.filter((line) => line.startsWith('success')).length === at + 2);
  }
  assert.equal(checksOf(opened).length, 1);
  assert.equal(check!.conclusion, 'success');
});

test('an older head that arrives late is closed, never reviewed', async () => {
  const old = makeRepository(ROOT, { ...DATA, 'README.md': 'one\n' }, { ...DATA, 'README.md': 'old\n' });
  const opened = pull();
  await stage.deliver({ event: 'pull_request', payload: pullPayload('synchronize', opened) });
  const late = { ...opened, head: old.head, updated: opened.updated - 60_000 };
  await stage.deliver({ event: 'pull_request', payload: pullPayload('synchronize', late) });
  await concluded(opened, 2);
  const by = (sha: string) => checksOf(opened).find((check) => check.sha === sha)!;
  assert.equal(by(opened.head).conclusion, 'success');
  assert.equal(by(late.head).conclusion, 'cancelled');
  assert.ok(!by(late.head).story.some((line) => line.startsWith('in_progress')));
});

test('answers that are lost make no second check run', async () => {
  const opened = pull();
  stage.github.stumbles.push(
    { method: 'POST', path: /check-runs$/, status: 'lost' },
    { method: 'PATCH', path: /check-runs/, status: 500 },
  );
  await stage.deliver({ event: 'pull_request', payload: pullPayload('opened', opened) });
  await concluded(opened);
  assert.equal(checksOf(opened).length, 1);
  assert.deepEqual(stage.github.stumbles, []);
});

test('a configuration that cannot be read, and a commit that is gone, end without a verdict and without retries', async () => {
  const config = { '.github/taster.yml': 'version: 1\nshout: loud\n', ...DATA };
  const broken = makeRepository(ROOT, config, { ...config, 'data/train.csv': 'a,label\n1,x\n2,x\n' });
  const [unreadable, gone] = [pull(broken), { ...pull(), head: 'f'.repeat(40) }];
  for (const each of [unreadable, gone])
    await stage.deliver({ event: 'pull_request', payload: pullPayload('opened', each) });
  for (const [each, pattern] of [
    [unreadable, /taster\.yml.*shout/s],
    [gone, /no longer on the server/],
  ] as const) {
    await concluded(each);
    const [check] = checksOf(each);
    assert.equal(check!.conclusion, 'action_required');
    assert.match(check!.summary, pattern);
    assert.equal(check!.story.filter((line) => line.startsWith('in_progress')).length, 1);
  }
});

test('the clone leaves nothing behind, and its token reads one repository', async () => {
  assert.deepEqual(
    readdirSync(tmpdir()).filter((name) => name.startsWith('taster-bot-')),
    [],
  );
  const scopes = [...stage.github.tokens.values()].filter(({ repositories }) => repositories !== undefined);
  assert.ok(scopes.length > 0);
  for (const scope of scopes) {
    assert.deepEqual(scope.permissions, { contents: 'read' });
    assert.equal((scope.repositories as string[]).length, 1);
  }
});

test('what was queued when the App ended is done after its restart', async () => {
  const opened = pull();
  await stage.deliver({ event: 'pull_request', payload: pullPayload('opened', opened) });
  await stage.restart();
  await concluded(opened);
  assert.equal(checksOf(opened).length, 1);
  assert.deepEqual(stage.github.faults, []);
});

test('two Apps on one folder: the second is refused', async () => {
  await assert.rejects(
    startBot({ environment: botEnvironment(stage.github.url, { folder: stage.folder }), log: () => {} }),
    (error) => error instanceof UserError && error.code === 'folder-owned',
  );
});

test('the log holds no token and no secret', () => {
  const text = log.join('\n');
  for (const token of stage.github.tokens.keys()) assert.ok(!text.includes(token));
});
