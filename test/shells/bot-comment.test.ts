import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Run } from '../../src/adapters/bot-store.ts';
import { connectGitHub } from '../../src/adapters/github.ts';
import type { Review } from '../../src/review/review.ts';
import { botComment } from '../../src/shells/bot-comment.ts';
import { playGitHub } from '../fixtures/github/played-github.ts';
import { sampleReview } from '../report/samples.ts';

const REPOSITORY = 'example/spam-filter';

test("the App's comment says what became of what it named, and turns green", async () => {
  const played = await playGitHub();
  played.viewer = 'taster[bot]';
  const github = await connectGitHub({ token: 'ghs_test', repository: REPOSITORY, api: played.url, log: () => {} });
  const comment = async (digit: string, number: number, review: Review) => {
    const sha = digit.repeat(40);
    played.pulls.splice(0, 1, { number: 7, owner: 'contributor', branch: 'change', sha });
    const run = { number, attempt: 1, ask: { pull: 7, repository: REPOSITORY } } as Run;
    const at = { ...review, head: { ...review.head, sha } };
    await botComment(github, { run, review: at, server: 'https://github.com', when: 'on-findings' });
    return played.comments.map(({ body }) => body.split('\n'));
  };
  const [red] = await comment('a', 1, sampleReview('fail-amplification'));
  assert.match(red!.join('\n'), /### ❌ Taster: fail/);
  assert.ok(!red!.some((line) => line.startsWith('**Since')));
  const [green, ...more] = await comment('b', 2, sampleReview('pass-clean'));
  assert.deepEqual(more, []);
  assert.match(green!.join('\n'), /### ✅ Taster: pass/);
  assert.ok(green!.includes('**Since the last review** (of `aaaaaaa`): 6 rows and 1 finding fixed.'));
  assert.deepEqual(played.faults, []);
  await played.close();
});
