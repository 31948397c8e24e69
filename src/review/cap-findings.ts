import { type ReviewFinding, reviewLimits } from './review.ts';
import { isBroken, isTold, isUntold } from './verdict.ts';

/** What decides a verdict comes first. */
const CLASSES: readonly ((finding: ReviewFinding) => boolean)[] = [
  isBroken,
  (finding) => isUntold(finding) && finding.infrastructure !== true,
  isUntold,
  ({ outcome }) => outcome === 'error',
  isTold,
  ({ outcome }) => outcome === 'fail' || outcome === 'warn',
  ({ outcome, gated }) => gated || outcome === 'unknown',
];

/**
 * The findings that a review holds, in their order: all, or where a change touches so many data sets that there are
 * more than its schema takes, the worst. Their verdict is that of all of them. `note` says how many were left out.
 */
export function capFindings(findings: readonly ReviewFinding[]): {
  readonly findings: readonly ReviewFinding[];
  readonly note: string | null;
} {
  const { findings: most } = reviewLimits;
  if (findings.length <= most) return { findings, note: null };
  const rank = (finding: ReviewFinding) => {
    const found = CLASSES.findIndex((holds) => holds(finding));
    return found < 0 ? CLASSES.length : found;
  };
  const kept = findings
    .map((finding, index) => ({ rank: rank(finding), index }))
    .sort((x, y) => x.rank - y.rank || x.index - y.index)
    .slice(0, most)
    .map(({ index }) => index);
  const left = findings.length - most;
  return {
    findings: kept.sort((x, y) => x - y).map((index) => findings[index]!),
    note: `${left} findings are left out, the mildest: a review holds ${most}. Split the change, or switch checks off.`,
  };
}
