import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMemory } from '../../src/report/memory.ts';
import type { Review, ReviewFinding } from '../../src/review/review.ts';
import type { PlayedGitHub } from '../fixtures/github/played-github.ts';
import { BRANCH, HEAD, playFork, publishRun, WORKFLOW } from '../fixtures/github/run-publish.ts';
import { findingOf, sampleReview, withFinding } from '../report/samples.ts';

const failing = sampleReview('fail-amplification');
const { rows } = findingOf(failing, 'amplification');
const naming = (list: ReviewFinding['rows']): Review => {
  const change = { rows: list, rowsTotal: list.length };
  return withFinding(withFinding(failing, 'amplification', change), 'conflicting-copies', change);
};
const mended = naming(rows.slice(2));
const commit = (digit: string) => digit.repeat(40);

async function play(body: (played: PlayedGitHub) => Promise<void>): Promise<void> {
  const played = await playFork();
  try {
    await body(played);
    assert.deepEqual(played.faults, []);
  } finally {
    await played.close();
  }
}

/** Pushes a commit to the pull request and has its review published; the sentence about what came before, or null. */
async function push(
  played: PlayedGitHub,
  sha: string,
  review: Review,
  run: { id: number; run_attempt?: number },
): Promise<string | null> {
  played.pulls.splice(0, 1, { ...played.pulls[0]!, sha });
  played.files.set(`${sha}:${WORKFLOW}`, played.files.get(`refs/heads/${BRANCH}:${WORKFLOW}`)!);
  const at = { ...review, head: { ...review.head, sha } };
  const ran = await publishRun(played, { review: at, run: { ...run, head_sha: sha } });
  assert.equal(ran.code, 0, ran.stdout);
  assert.equal(played.comments.length, 1);
  return /^\*\*Since the last review\*\* (.+)$/m.exec(played.comments[0]!.body)?.[1] ?? null;
}

test('each push is compared with the last one; the same commit again with what came before it', () =>
  play(async (played) => {
    assert.equal(await push(played, commit('a'), failing, { id: 1 }), null);
    const since = '(of `aaaaaaa`): 2 rows fixed, 4 rows and 1 finding still there.';
    assert.equal(await push(played, commit('b'), mended, { id: 2 }), since);
    assert.equal(await push(played, commit('b'), mended, { id: 2, run_attempt: 2 }), since);
    // Other luck in another attempt is no progress of the author's.
    const again = '(of `aaaaaaa`): 3 rows fixed, 3 rows and 1 finding still there.';
    assert.equal(await push(played, commit('b'), naming(rows.slice(3)), { id: 3 }), again);
    assert.equal(
      await push(played, commit('c'), failing, { id: 4 }),
      '(of `bbbbbbb`): 3 rows new, 3 rows and 1 finding still there.',
    );
    // Pushed back.
    assert.match((await push(played, commit('b'), mended, { id: 5 }))!, /^\(of `ccccccc`\): 2 rows fixed/);
  }));

test('the first commit reviewed twice is compared with nothing', () =>
  play(async (played) => {
    assert.equal(await push(played, commit('a'), failing, { id: 1 }), null);
    assert.equal(await push(played, commit('a'), mended, { id: 1, run_attempt: 2 }), null);
  }));

test('a comment that was written although GitHub answered 502 says the same when it is tried again', () =>
  play(async (played) => {
    await push(played, commit('a'), failing, { id: 1 });
    played.stumbles.push({ method: 'PATCH', status: 'lost' });
    const since = await push(played, commit('b'), mended, { id: 2 });
    assert.equal(since, '(of `aaaaaaa`): 2 rows fixed, 4 rows and 1 finding still there.');
    assert.equal(played.asked.filter((line) => line.startsWith('PATCH')).length, 1);
  }));

test("a review that is not believed is passed over, an older run's is not written, and another id has its own memory", () =>
  play(async (played) => {
    await push(played, commit('a'), failing, { id: 1 });
    played.pulls.splice(0, 1, { ...played.pulls[0]!, sha: commit('b') });
    played.files.set(`${commit('b')}:${WORKFLOW}`, 'mine');
    played.mergeBases.set(`${BRANCH}...${commit('b')}`, HEAD);
    const forged = { ...sampleReview('pass-clean'), head: { ...failing.head, sha: commit('b') } };
    await publishRun(played, { review: forged, run: { id: 2, head_sha: commit('b') } });
    assert.match(played.comments[0]!.body, /not believed/);
    assert.deepEqual(
      readMemory(played.comments[0]!.body).map(({ sha }) => sha),
      [commit('a')],
    );
    assert.match((await push(played, commit('c'), mended, { id: 3 }))!, /^\(of `aaaaaaa`\): 2 rows fixed/);
    const before = played.comments[0]!.body;
    await publishRun(played, {
      review: { ...failing, head: { ...failing.head, sha: commit('c') } },
      run: { id: 2, head_sha: commit('c') },
    });
    assert.equal(played.comments[0]!.body, before);
    await publishRun(played, {
      review: { ...failing, head: { ...failing.head, sha: commit('c') } },
      run: { id: 4, head_sha: commit('c') },
      inputs: { id: 'other' },
    });
    assert.equal(played.comments.length, 2);
    assert.doesNotMatch(played.comments[1]!.body, /Since the last/);
  }));

for (const [name, spoil] of Object.entries<(body: string) => string>({
  'of an older version, without memory': (body) => body.replace(/\n<!-- taster-named .*/, ''),
  'whose memory is broken': (body) => body.replace('taster-named ', 'taster-named x'),
}))
  test(`a comment ${name}, is no memory, and is written over`, () =>
    play(async (played) => {
      await push(played, commit('a'), failing, { id: 1 });
      played.comments[0]!.body = spoil(played.comments[0]!.body);
      assert.equal(await push(played, commit('b'), mended, { id: 2 }), null);
      assert.equal(readMemory(played.comments[0]!.body).length, 1);
    }));
