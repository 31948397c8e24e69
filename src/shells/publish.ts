import { connectGitHub, type GitHub, type Posted, type Pull } from '../adapters/github.ts';
import type { Log } from '../adapters/log.ts';
import { field, type Runner } from '../adapters/runner.ts';
import type { Config } from '../config/config.ts';
import type { Marker } from '../report/marker.ts';
import type { Review } from '../review/review.ts';
import { linksOf, type Publishing } from './action-inputs.ts';
import { ofThisEvent } from './origin.ts';
import { stickReview } from './stick-review.ts';

/** Comments a review that this very job made, on the pull request of its event. */
export async function publishReview(
  found: Review,
  at: Publishing & { readonly comment: Config['comment'] },
): Promise<void> {
  const review = ofThisEvent(found, at.runner);
  if (at.comment === 'never') return;
  const github = await connectGitHub({ ...at.runner, token: at.token, log: at.log.line });
  const pull = await eventPull(github, at.runner);
  if (pull === null) return tellNoPull(at.log);
  const links = linksOf(at.runner);
  const mine = markerOf(review, at.id);
  tellPosted(await stickReview(github, { review, pull, mine, when: at.comment, links }), at.log);
}

export const markerOf = ({ head, run }: Review, id: string): Marker => ({
  ...{ id, sha: head.sha, run: run?.id ?? null, attempt: run?.attempt ?? null },
});

/** The pull request of the event; null where it has none. */
export async function eventPull(github: GitHub, { event }: Runner): Promise<Pull | null> {
  const number = field(event, 'pull_request', 'number');
  return typeof number === 'number' ? await github.pull(number) : null;
}

export function tellNoPull(log: Log): void {
  log.line('There is no open pull request to comment on; the report stands in the job summary.');
}

export function tellPosted(posted: Posted, log: Log): void {
  if (posted === 'forbidden')
    log.warning(
      'The token may not comment here (a pull request from a fork has a read-only token); the report stands in the job summary.',
    );
  else if (posted === 'newer-there') log.line('The comment tells of a newer run and was left as it is.');
  else log.line(`The comment: ${posted}.`);
}
