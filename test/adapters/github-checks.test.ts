import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { connectChecks } from '../../src/adapters/github-checks.ts';
import type { ConcludedCheck } from '../../src/bot/check-output.ts';
import { playAppGitHub } from '../fixtures/bot/played-app-github.ts';

const github = await playAppGitHub();
github.tokens.set('ghs_test', {});
after(() => github.close());
const checks = await connectChecks({
  ...{ token: 'ghs_test', repository: 'o/r', api: github.url, name: 'Taster', annotationsAtOnce: 50, log: () => {} },
  patience: { sleep: async () => {} },
});

const annotation = (line: number, message = 'a wrong label') => ({
  ...{ path: 'data/train.csv', line, level: 'error' as const, title: 'mislabelled', message },
});
const concluded = (annotations: ConcludedCheck['annotations']): ConcludedCheck => ({
  ...{ conclusion: 'failure', output: { title: 'fail', summary: 'words' }, annotations },
});
const lines = () => github.checks[0]!.annotations.map(({ start_line, message }) => `${start_line} ${message}`);

test('a check run is made once, and what it says twice stands once', async () => {
  const check = { key: 'o/r@a', sha: 'a'.repeat(40), output: { title: 'waiting', summary: 'queued' }, page: null };
  const id = await checks.ensure(check);
  assert.equal(await checks.ensure(check), id);
  const many = Array.from({ length: 120 }, (_, at) => annotation(at + 1));
  // The second of three requests is done, and its answer is lost.
  github.stumbles.push({ method: 'PATCH', path: /check-runs/, body: /"start_line":51,/, status: 'lost' });
  await checks.conclude(id, concluded(many));
  assert.equal(lines().length, 120);
  assert.equal(new Set(lines()).size, 120);

  // Run again: fewer of them, one at another place, one with other words.
  const again = [...many.slice(0, 10), annotation(500), annotation(3, 'an outlier')];
  await checks.show(id, 'in_progress', { title: 'again', summary: 'running' });
  await checks.conclude(id, concluded(again));
  assert.deepEqual(lines().slice(120), ['500 a wrong label', '3 an outlier']);
  assert.equal(github.checks.length, 1);
  assert.equal(github.checks[0]!.conclusion, 'failure');
  assert.deepEqual(github.faults, []);
});
