import { field, type Runner, textField } from '../adapters/runner.ts';
import { oneLine, UserError } from '../errors.ts';
import type { Review } from '../review/review.ts';

/**
 * A review as this event vouches for it: the run is GitHub's, whatever the file says, and orders comments. Throws a
 * UserError for a review of another repository or commit.
 */
export function ofThisEvent(review: Review, runner: Runner): Review {
  const head = headOf(runner);
  const wrong =
    review.repository?.toLowerCase() !== runner.repository.toLowerCase()
      ? `of ${oneLine(review.repository ?? 'no repository', 100)}, not of ${runner.repository}`
      : review.head.sha !== head
        ? `of commit ${oneLine(review.head.sha, 64)}, not of ${head ?? 'a commit of this event'}`
        : null;
  if (wrong === null) return { ...review, run: runOf(runner) };
  throw wrongOrigin(wrong);
}

export function wrongOrigin(wrong: string): UserError {
  return new UserError('review-origin', `The review is ${wrong}: it is not published.`, {
    hint: 'Publish the artifact of the very run that reviewed this change.',
  });
}

/** The commit that the event speaks of; null where it speaks of none. */
export function headOf({ eventName, event, sha }: Runner): string | null {
  if (eventName === 'workflow_run') return textField(event, 'workflow_run', 'head_sha');
  if (eventName === 'merge_group') return textField(event, 'merge_group', 'head_sha');
  return textField(event, 'pull_request', 'head', 'sha') ?? sha;
}

function runOf(runner: Runner): { id: string; attempt: number } {
  if (runner.eventName !== 'workflow_run') return runner.run;
  const id = field(runner.event, 'workflow_run', 'id');
  const attempt = field(runner.event, 'workflow_run', 'run_attempt');
  return { id: String(id ?? ''), attempt: typeof attempt === 'number' ? attempt : 1 };
}
