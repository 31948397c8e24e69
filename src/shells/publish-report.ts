import { now } from '../adapters/clock.ts';
import type { GitHub, Pull } from '../adapters/github.ts';
import { type Runner, textField } from '../adapters/runner.ts';
import type { Config } from '../config/config.ts';
import { UserError } from '../errors.ts';
import { DISBELIEF, renderDisbelief } from '../report/disbelief.ts';
import { rejudge } from '../review/rejudge.ts';
import type { Review } from '../review/review.ts';
import { exitCode, recomputeVerdict } from '../review/verdict.ts';
import { writeForms } from './action-files.ts';
import { linksOf, type Publishing } from './action-inputs.ts';
import { markerOf, tellNoPull, tellPosted } from './publish.ts';
import { stickDisbelief, stickReview } from './stick-review.ts';
import { tellReview } from './tell-review.ts';

/** Where a review is published, and what it is judged by. */
export interface Ground {
  readonly github: GitHub;
  /** The pull request to comment on; null for none. */
  readonly pull: Pull | null;
  /** The configuration that counts; null where no target branch is known. */
  readonly config: Config | null;
  /** The workflow that the change edits and that made the review; null where it is the target branch's own. */
  readonly changed: string | null;
}

export interface Published {
  /** As it was told. */
  readonly review: Review;
  /** Null where it could not be found out. */
  readonly ground: Ground | null;
  /** Why it is not published, or not whole. */
  readonly failure: UserError | null;
}

/**
 * Tells the review of another job: first the files and the job summary, which need nobody, then the comment. What
 * GitHub refuses or fails at is answered, not thrown: the report stands by then.
 */
export async function publishReport(
  step: Publishing,
  review: Review,
  findGround: () => Promise<Ground>,
): Promise<Published> {
  const { runner, files, log } = step;
  const found = await attempt(findGround);
  const ground = found.value;
  const told = judged(review, ground, step);
  await writeForms(told, files, { isNew: false, links: linksOf(runner) });
  if (ground?.changed) runner.summary(renderDisbelief(ground.changed, ''));
  tellReview(told, { files, skipped: told.data.length === 0 && told.findings.length === 0, runner, log });
  const { failure } = ground === null ? found : await attempt(() => comment(step, told, ground));
  return { review: told, ground, failure };
}

/** The verdict that the findings give under the configuration that counts; none where something speaks against it. */
function judged(review: Review, ground: Ground | null, { onUnknown, runner }: Publishing): Review {
  const own = onUnknown === null ? review : { ...review, onUnknown };
  const config = ground?.config ?? null;
  const again =
    config === null
      ? { ...own, verdict: recomputeVerdict(own) }
      : rejudge(own, { ...config, onUnknown: onUnknown ?? config.onUnknown }, now());
  const doubt = doubtOf(again, ground, runner);
  if (doubt === null) return again;
  const verdict = again.verdict === 'fail' ? 'fail' : 'unknown';
  return { ...again, verdict, notes: [doubt, ...again.notes].slice(0, 50) };
}

function doubtOf({ verdict }: Review, ground: Ground | null, { eventName, event }: Runner): string | null {
  if (ground === null)
    return "The target branch's configuration could not be asked for: the review is told as it was handed over.";
  if (ground.changed !== null) return `${DISBELIEF}.`;
  // Data that could not be read make the job red, whatever is gated; that is told by its end alone.
  const isRed = eventName === 'workflow_run' && textField(event, 'workflow_run', 'conclusion') !== 'success';
  return isRed && exitCode(verdict) === 0
    ? 'The run that reviewed did not succeed, whatever its result says: see its log.'
    : null;
}

async function comment(step: Publishing, review: Review, { github, pull, config, changed }: Ground): Promise<void> {
  const { runner, log } = step;
  if (pull === null || config === null) return tellNoPull(log);
  const when = step.comment ?? config.comment;
  if (when === 'never') return;
  const mine = markerOf(review, step.id);
  const posted =
    changed === null
      ? await stickReview(github, { review, pull, mine, when, links: linksOf(runner) })
      : await stickDisbelief(github, { path: changed, pull, mine });
  if (posted === 'forbidden' && runner.eventName === 'workflow_run')
    throw new UserError('comment-forbidden', 'The token may not comment.', {
      hint: 'Give the job that publishes `pull-requests: write` (docs/configuration.md).',
    });
  tellPosted(posted, log);
}

async function attempt<T>(
  work: () => Promise<T>,
): Promise<{ readonly value: T | null; readonly failure: UserError | null }> {
  try {
    return { value: await work(), failure: null };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { value: null, failure: error };
  }
}
