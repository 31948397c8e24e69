import type { Review, ReviewFinding } from '../review/review.ts';

/** The findings of a review, sorted into what a reader asks for; worst first in each. Each finding stands in one. */
export interface Triage {
  /** They break a gate. */
  readonly blocking: readonly ReviewFinding[];
  /** Gated, and could not answer or broke: not a pass. */
  readonly undecided: readonly ReviewFinding[];
  /** Found by this change, told but not enforced. */
  readonly told: readonly ReviewFinding[];
  /** Not gated, and could not answer or broke. */
  readonly open: readonly ReviewFinding[];
  /** Faults that base has already. */
  readonly standing: readonly ReviewFinding[];
  readonly ignored: readonly ReviewFinding[];
  readonly passed: readonly ReviewFinding[];
  readonly notApplicable: readonly ReviewFinding[];
}

const RANK: Readonly<Record<ReviewFinding['outcome'], number>> = {
  fail: 0,
  error: 1,
  unknown: 2,
  warn: 3,
  pass: 4,
  'not-applicable': 5,
};

/** Sorts the findings of a review for the reader. */
export function triage(review: Review): Triage {
  const rooms: Record<keyof Triage, ReviewFinding[]> = {
    blocking: [],
    undecided: [],
    told: [],
    open: [],
    standing: [],
    ignored: [],
    passed: [],
    notApplicable: [],
  };
  for (const finding of bySeverity(review.findings)) rooms[room(finding)].push(finding);
  return rooms;
}

/** Worst first: broken gates, then by outcome, then the poisoning that was measured before the facts about data. */
export function bySeverity(findings: readonly ReviewFinding[]): ReviewFinding[] {
  const families = ['leakage', 'poisoning', 'weights', 'data', 'unknown'];
  const key = (finding: ReviewFinding): number =>
    (finding.broken ? 0 : 1000) +
    RANK[finding.outcome] * 100 +
    (finding.gated ? 0 : 10) +
    families.indexOf(finding.family);
  return [...findings].sort((a, b) => key(a) - key(b));
}

function room(finding: ReviewFinding): keyof Triage {
  if (finding.ignored) return 'ignored';
  if (finding.outcome === 'unknown' || finding.outcome === 'error') return finding.gated ? 'undecided' : 'open';
  if (finding.outcome === 'not-applicable') return 'notApplicable';
  if (finding.broken) return 'blocking';
  if (finding.outcome === 'pass') return 'passed';
  return finding.introduced ? 'told' : 'standing';
}
