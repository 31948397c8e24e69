import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseConfig } from '../../src/config/parse.ts';
import { UserError } from '../../src/errors.ts';
import { BASE_BRANCH, CHANGE_BRANCH, makeDemoRepository } from '../../src/shells/demo.ts';

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'demo-test-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const git = (path: string, ...args: string[]) =>
  execFileSync('git', ['-C', path, ...args], { encoding: 'utf8', maxBuffer: 1 << 26 });

test('the change adds 200 honest messages and six wrong-label copies of base rows', async (t) => {
  const { path } = await makeDemoRepository(join(folder(t), 'demo'));
  const lines = (revision: string) => git(path, 'show', `${revision}:data/messages.csv`).trimEnd().split('\n');
  const base = lines(BASE_BRANCH);
  const head = lines(CHANGE_BRANCH);
  assert.equal(base.length, 3001);
  assert.deepEqual(head.slice(0, 3001), base);
  const added = head.slice(3001);
  assert.equal(added.length, 206);
  const message = (line: string) => line.slice(line.indexOf(',') + 1);
  const labels = new Map(base.slice(1).map((line) => [message(line), line.split(',')[0]]));
  const copies = added.filter((line) => labels.has(message(line)));
  assert.equal(copies.length, 6);
  assert.ok(copies.every((line) => labels.get(message(line)) !== line.split(',')[0]));
  assert.ok([...base, ...added].every((line, at) => at === 0 || /^(?:ham|spam),./.test(line)));
  assert.equal(git(path, 'status', '--porcelain'), '');
});

test('amplification alone is to find them, and two demos make the same commits', async (t) => {
  const root = folder(t);
  const [a, b] = [await makeDemoRepository(join(root, 'a')), await makeDemoRepository(join(root, 'b'))];
  const config = parseConfig(git(a.path, 'show', `${BASE_BRANCH}:.github/taster.yml`), { path: 'taster.yml' });
  assert.equal(config.checks['conflicting-copies'], 'off');
  assert.equal(config.checks.duplicates, 'off');
  assert.deepEqual(
    config.gates.map(({ check }) => check),
    ['amplification'],
  );
  for (const branch of [BASE_BRANCH, CHANGE_BRANCH])
    assert.equal(git(a.path, 'rev-parse', branch), git(b.path, 'rev-parse', branch));
});

test('a temporary repository goes, a named one stays, an existing folder is refused', async (t) => {
  const root = folder(t);
  const passing = await makeDemoRepository(null);
  assert.ok(existsSync(join(passing.path, '.git')));
  await passing.close();
  assert.equal(existsSync(passing.path), false);
  const kept = await makeDemoRepository(join(root, 'kept'));
  await kept.close();
  assert.ok(existsSync(kept.path));
  await assert.rejects(
    makeDemoRepository(kept.path),
    (error) => error instanceof UserError && error.code === 'demo-folder',
  );
});
