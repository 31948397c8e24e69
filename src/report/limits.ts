import type { Review } from '../review/review.ts';
import { plural } from './quantity.ts';
import { triage } from './triage.ts';

/** What this review could not see, one raw sentence each: what was assumed, cut, refused, or without power. */
export function limits(review: Review): string[] {
  const { undecided, open, notApplicable } = triage(review);
  const names = (list: readonly { check: string }[]): string => [...new Set(list.map(({ check }) => check))].join(', ');
  const silent = [...undecided, ...open];
  return [
    ...review.notes,
    ...(review.plan?.cut ? ['The time budget cut this run: another run may differ.'] : []),
    ...(silent.length > 0 ? [`No answer from: ${names(silent)}.`] : []),
    ...(notApplicable.length > 0 ? [`Not applicable here: ${names(notApplicable)}.`] : []),
    ...review.power
      .filter(({ planted, found }) => planted > 0 && found < 0.8 * planted)
      .map(
        ({ check, planted, found }) => `${check} saw only ${found} of ${planted} planted faults: its pass says little.`,
      ),
    ...(review.plan === null
      ? []
      : [
          `Audited is a slice (${review.plan.slice || 'built in'}): full training mostly leaks more. ` +
            'Attacks tuned below the thresholds, or on what the slice does not learn, stay unseen. ' +
            'Harm is measured, intent is not.',
        ]),
  ];
}

/** How well planted faults were found, and what the checks aim at for false alarms. Raw; null when nothing was planted. */
export function powerNote(review: Review): string | null {
  const planted = review.power.filter((power) => power.planted > 0);
  if (planted.length === 0) return null;
  const parts = planted.map(
    ({ check, planted: all, found }) => `${check} found ${found} of ${plural(all, 'planted fault')}`,
  );
  // The rate of false alarms is a design aim: one review cannot measure it.
  return `Would it have been seen? In this review ${parts.join(', ')}. The checks that can block aim at a false alarm in at most 1 of 100 clean changes; what was measured stands in docs/results.md.`;
}
