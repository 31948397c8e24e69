import { checkFamilies } from '../checks/ids.ts';
import type { Review, ReviewFinding } from '../review/review.ts';
import { isBroken, isUntold } from '../review/verdict.ts';

/** A commit status as GitHub shows it beside a commit. */
export interface StatusLine {
  readonly state: 'success' | 'failure' | 'error' | 'pending';
  /** Own words alone: GitHub shows it where nothing is escaped, and takes 140 characters. */
  readonly description: string;
}

const NAMED = 3;

/** The verdict of a review as a commit status. `warn` is a success: nothing that was found is forbidden by a gate. */
export function statusLine(review: Review): StatusLine {
  const { verdict, data, findings } = review;
  if (verdict === 'fail') {
    const names = listed(findings.filter(isBroken));
    return { state: 'failure', description: names === '' ? 'A gate is broken.' : `A gate is broken: ${names}.` };
  }
  if (verdict === 'unknown') {
    const names = listed(findings.filter(isUntold));
    return {
      state: 'error',
      description: names === '' ? 'No verdict: see the report.' : `No verdict: no answer from ${names}.`,
    };
  }
  if (verdict === 'warn')
    return { state: 'success', description: 'Nothing that a gate forbids, but something was found: see the report.' };
  const nothing = data.length === 0 && findings.length === 0;
  return { state: 'success', description: nothing ? 'Nothing relevant changed.' : 'No harm was found in this change.' };
}

/** Ids that this version knows: another text in their place is the writer's own. */
function listed(findings: readonly ReviewFinding[]): string {
  const known = [...new Set(findings.map(({ check }) => check))].filter((check) => checkFamilies.has(check));
  const more = known.length > NAMED ? ` and ${known.length - NAMED} more` : '';
  return known.slice(0, NAMED).join(', ') + more;
}
