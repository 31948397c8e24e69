import { createHash } from 'node:crypto';
import { checkFamilies } from '../checks/ids.ts';
import type { ReviewFinding } from './review.ts';

/** A finding before policy has looked at it. */
export type Unjudged = Omit<ReviewFinding, 'gated' | 'broken' | 'ignored'>;

/** A gated check that gave no answer about a subject, as a finding: silence is not a pass. */
export function silentFinding(check: string, subject: Unjudged['subject'], infrastructure: boolean): Unjudged {
  return {
    id: createHash('sha256')
      .update(JSON.stringify(['silent', check, subject.data ?? subject.model]))
      .digest('hex')
      .slice(0, 16),
    check,
    family: checkFamilies.get(check) ?? 'unknown',
    subject,
    outcome: 'unknown',
    introduced: true,
    infrastructure,
    summary: 'This check is gated but gave no answer: it was left out of the run, or the run stopped before it.',
    remedy: 'Run the review again without leaving this check out.',
    metrics: [],
    rows: [],
    rowsTotal: 0,
    figures: [],
  };
}
