import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type PlayedAppGitHub, type PlayedAppPull, pullPayload } from '../fixtures/bot/played-app-github.ts';
import { openPull, quickChange } from '../fixtures/bot/quick-change.ts';
import { stageBot, until } from '../fixtures/bot/run-bot.ts';

/** A disk that is full, and a clone that is too big: told in words, and the clone's folder is gone. */
const ROOT = mkdtempSync(join(tmpdir(), 'bot-faults-disk-'));
const DISK = join(ROOT, 'disk');
const skip = mountSmall();
after(() => {
  if (skip === false) execFileSync('umount', ['-l', DISK]);
  rmSync(ROOT, { recursive: true, force: true });
});

/** A disk of its own, of two megabytes; a sentence where this user may not mount one. */
function mountSmall(): false | string {
  mkdirSync(DISK);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'none', DISK], { stdio: 'pipe' });
    return false;
  } catch {
    return 'this user may not mount a small disk';
  }
}

const grow = (size: string) => execFileSync('mount', ['-o', `remount,size=${size}`, DISK], { stdio: 'pipe' });
const noise = () => ({ 'noise.txt': randomBytes(3_000_000).toString('base64') });
const tell = (pull: PlayedAppPull) => ({ event: 'pull_request', payload: pullPayload('opened', pull) }) as const;
const clones = (folder: string) => readdirSync(folder).filter((name) => name.startsWith('taster-bot-'));

function assertOne(github: PlayedAppGitHub, conclusion: string): void {
  assert.deepEqual(
    github.checks.map((check) => [check.status, check.conclusion]),
    [['completed', conclusion]],
  );
  assert.deepEqual(github.faults, []);
}

/** The App's clones go to this folder while `work` goes on. */
async function clonesIn(folder: string, work: () => Promise<void>): Promise<void> {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  try {
    await work();
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}

for (const { name, after: size, conclusion } of [
  { name: 'a disk that stays full ends without a verdict, and says why', after: null, conclusion: 'action_required' },
  { name: 'a disk that is full for a while delays the review', after: '64m', conclusion: 'failure' },
])
  test(name, { skip, timeout: 120_000 }, async () => {
    const stage = await stageBot();
    const { github } = stage;
    try {
      await clonesIn(DISK, async () => {
        await stage.deliver(tell(openPull(github, quickChange(ROOT, noise()))));
        await until('told', () => github.checks[0]?.story.some((line) => line.includes('Trying again soon')) === true);
        assert.match(github.checks[0]!.summary, /The disk on which the App works is full/);
        if (size !== null) grow(size);
        await until('concluded', () => github.checks[0]!.conclusion !== null, 90);
      });
      assertOne(github, conclusion);
      if (size === null) assert.match(github.checks[0]!.summary, /several times.*The disk.*is full/s);
      assert.equal(github.comments.length, size === null ? 0 : 1);
      assert.deepEqual(clones(DISK), []);
    } finally {
      await stage.close();
    }
  });

test('a change that holds more than the App fetches is told so, once', async () => {
  const stage = await stageBot({ environment: { CLONE_LIMIT: '1' } });
  const { github } = stage;
  try {
    await clonesIn(ROOT, async () => {
      await stage.deliver(tell(openPull(github, quickChange(ROOT, noise()))));
      await until('concluded', () => github.checks[0]?.conclusion != null);
    });
    assertOne(github, 'action_required');
    assert.match(github.checks[0]!.summary, /more than the App fetches: over 1 MiB.*CLONE_LIMIT/s);
    assert.equal(github.checks[0]!.story.filter((line) => line.includes('Fetching')).length, 1);
    assert.deepEqual(clones(ROOT), []);
  } finally {
    await stage.close();
  }
});
