import type { Run } from '../adapters/bot-store.ts';
import type { GitHub, Pull } from '../adapters/github.ts';
import { statusBehind } from '../adapters/github-client.ts';
import type { WorkerResult } from '../bot/worker-protocol.ts';
import type { Marker } from '../report/marker.ts';
import type { Review } from '../review/review.ts';
import { stickReview } from './stick-review.ts';

const COMMENT_ID = 'taster';

export interface Commented {
  readonly run: Run;
  readonly review: Review;
  readonly server: string;
  readonly when: WorkerResult['comment'];
}

/** Writes the pull request's one comment; nothing where the pull request is gone, or the configuration wants none. */
export async function botComment(github: GitHub, { run, review, server, when }: Commented): Promise<void> {
  if (when === 'never' || run.ask.pull === null) return;
  const pull: Pull | null = await github.pull(run.ask.pull).catch((error: unknown) => {
    if (statusBehind(error) === 404) return null;
    throw error;
  });
  if (pull === null) return;
  const mine: Marker = { id: COMMENT_ID, sha: review.head.sha, run: String(run.number), attempt: run.attempt };
  await stickReview(github, { review, pull, mine, when, links: { server, repository: run.ask.repository } });
}
