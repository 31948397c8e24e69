import type { Run } from '../adapters/bot-store.ts';
import type { GitHub, Pull } from '../adapters/github.ts';
import type { WorkerResult } from '../bot/worker-protocol.ts';
import { renderMarkdown } from '../report/markdown.ts';
import { type Marker, marker, readMarker } from '../report/marker.ts';
import type { Review } from '../review/review.ts';
import { isNewer } from './publish.ts';

const COMMENT_ID = 'taster';
const COMMENT_CHARACTERS = 60_000;

export interface Commented {
  readonly run: Run;
  readonly review: Review;
  readonly server: string;
  readonly when: WorkerResult['comment'];
}

/** Writes the pull request's one comment; nothing where the pull request is gone, or the configuration wants none. */
export async function botComment(github: GitHub, { run, review, server, when }: Commented): Promise<void> {
  if (when === 'never') return;
  const pull: Pull | null = await github.pull(run.ask.pull).catch((error: unknown) => {
    if (((error as Error).cause as { status?: number } | undefined)?.status === 404) return null;
    throw error;
  });
  if (pull === null) return;
  const mine: Marker = { id: COMMENT_ID, sha: review.head.sha, run: String(run.number), attempt: run.attempt };
  await github.stick({
    pull: pull.number,
    body: renderMarkdown(review, {
      limit: COMMENT_CHARACTERS,
      links: { server, repository: run.ask.repository },
      marker: marker(mine),
    }),
    isOurs: (body) => readMarker(body)?.id === COMMENT_ID,
    mayReplace: (body) => isNewer(mine, readMarker(body), pull.headSha),
    create: when === 'always' || review.verdict !== 'pass',
  });
}
