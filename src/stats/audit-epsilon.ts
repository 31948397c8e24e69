import { type AttackCounts, type BoundOptions, type EpsilonBound, epsilonBound } from './epsilon-bound.ts';
import type { LiraScores } from './lira.ts';
import { type Guesses, oneRunBound } from './one-run-bound.ts';
import { countUpTo } from './sorted-counts.ts';

/** What an attack on canaries proves of epsilon, in nats, twice: by its rates, and by its guesses. */
export interface EpsilonAudit {
  readonly rates: EpsilonBound;
  readonly counts: AttackCounts;
  /** By the one-run form, which needs no independence between the canaries of one model. */
  readonly oneRun: number;
  readonly guesses: Guesses;
  /** What an attack that errs nowhere would have proved with as many trials, by the weaker of the two. */
  readonly most: number;
}

/**
 * Lower bounds of epsilon from scores of canaries that a coin put in or left out, a higher one meaning "in". The
 * thresholds are fixed on `choosing` and counted on `counting`: the two must share no model.
 * Null without members or others on either side, or where a score is not a number.
 */
export function auditEpsilon(
  choosing: LiraScores,
  counting: LiraScores,
  how: Omit<BoundOptions, 'tried'>,
): EpsilonAudit | null {
  const options = { ...how, tried: 1 };
  const areMeasured = [choosing, counting].every(({ members, others }) =>
    [members, others].every((scores) => scores.length > 0 && !Number.isNaN(scores.at(-1))),
  );
  if (!areMeasured) return null;
  const thresholds = candidates(choosing);
  const threshold = best(thresholds, (each) => epsilonBound(countsAt(choosing, each), options)!.epsilon);
  const counts = countsAt(counting, threshold);
  const provedBy = (rule: Rule) => oneRunBound(guessesBy(choosing, rule), options) ?? 0;
  const above = best(thresholds, (each) => provedBy({ above: each, below: Number.NEGATIVE_INFINITY }));
  const below = best(thresholds, (each) => provedBy({ above: Number.POSITIVE_INFINITY, below: each }));
  const rules: Rule[] = [
    { above, below: Number.NEGATIVE_INFINITY },
    { above: Number.POSITIVE_INFINITY, below },
    { above, below: Math.min(above, below) },
  ];
  const guesses = guessesBy(counting, best(rules, provedBy));
  const { members, others } = counts;
  const perfect = epsilonBound({ truePositives: members, members, falsePositives: 0, others }, options)!.epsilon;
  const all = members + others;
  return {
    rates: epsilonBound(counts, options)!,
    counts,
    oneRun: oneRunBound(guesses, options) ?? 0,
    guesses,
    most: Math.min(perfect, oneRunBound({ canaries: all, guesses: all, correct: all }, options)!),
  };
}

/** "In" above one threshold, "out" up to another, no guess between. */
interface Rule {
  readonly above: number;
  readonly below: number;
}

/** Thresholds that leave 0, 1, 3, 7 ... others above them, or as many members below, each halfway to the next score. */
function candidates({ members, others }: LiraScores): number[] {
  const all = Float64Array.from([...members, ...others]).sort();
  const steps = Array.from({ length: Math.ceil(Math.log2(all.length + 1)) }, (_, power) => 2 ** power - 1);
  const marks = [
    ...steps.flatMap((step) => others[others.length - 1 - step] ?? []),
    ...steps.flatMap((step) => members[step] ?? []),
    ...all.subarray(0, countUpTo(all, members[0]!) - 1).slice(-1),
  ];
  return marks.flatMap((mark) => {
    const next = all[countUpTo(all, mark)];
    return next === undefined ? [mark] : [(mark + next) / 2];
  });
}

function countsAt({ members, others }: LiraScores, threshold: number): AttackCounts {
  const above = (scores: Float64Array) => scores.length - countUpTo(scores, threshold);
  return {
    truePositives: above(members),
    members: members.length,
    falsePositives: above(others),
    others: others.length,
  };
}

function guessesBy({ members, others }: LiraScores, { above, below }: Rule): Guesses {
  const into = (scores: Float64Array) => scores.length - countUpTo(scores, above);
  const out = (scores: Float64Array) => countUpTo(scores, below);
  return {
    canaries: members.length + others.length,
    guesses: into(members) + into(others) + out(members) + out(others),
    correct: into(members) + out(others),
  };
}

/** The first of those that do best. */
function best<T>(choices: readonly T[], merit: (choice: T) => number): T {
  const merits = choices.map(merit);
  return choices[merits.indexOf(Math.max(...merits))]!;
}
