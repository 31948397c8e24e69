import type { Review } from '../review/review.ts';
import { isBroken } from '../review/verdict.ts';

export interface Button {
  /** At most 20 characters. */
  readonly label: string;
  /** At most 40 characters. */
  readonly description: string;
  /** At most 20 characters: the command that it stands for. */
  readonly identifier: 'rerun' | 'accept';
}

const RERUN: Button = { label: 'Re-run', description: 'Review this commit again', identifier: 'rerun' };
const ACCEPT: Button = { label: 'Accept', description: 'Say how to accept what fails', identifier: 'accept' };

/**
 * The buttons of a concluded check run. Accepting wants a reason and an end, which a button cannot give: it writes the
 * commands to copy into the pull request, and stands where a gate is broken. A merge group has no place to write to.
 */
export function buttons(review: Review | null): readonly Button[] {
  return review !== null && review.pull !== null && review.findings.some(isBroken) ? [RERUN, ACCEPT] : [RERUN];
}
