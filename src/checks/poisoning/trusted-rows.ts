import type { Evidence } from '../../evidence/evidence.ts';
import { rowSides } from '../change-rows.ts';

/** Labelled rows that new ones are held against, and what they are called. */
export interface TrustedRows {
  readonly name: 'base' | 'the holdout';
  /** Pool indices. */
  readonly rows: readonly number[];
  /** True where the change itself brings them. */
  readonly areNew: boolean;
}

/**
 * Base's rows. Where base has no labels, those of the holdout that repeat no training row: new rows cannot stand
 * reference for each other, since among exchangeable rows no conformal p-value is small more often than by chance.
 */
export function trustedRows(evidence: Evidence): TrustedRows {
  if (evidence.scores.base) return { name: 'base', rows: rowSides(evidence).base, areNew: false };
  const held = rowSides(evidence, 'holdout');
  const areNew = held.base.length === 0;
  const isHeld = (row: number) => evidence.rows[row]!.split === 'holdout';
  const known = new Set(
    evidence.nearCopies.flatMap(({ a, b }) => (isHeld(a) === isHeld(b) ? [] : [isHeld(a) ? a : b])),
  );
  const rows = (areNew ? held.arriving : held.base).filter(
    (row) => evidence.rows[row]!.label !== null && !known.has(row),
  );
  return { name: 'the holdout', rows, areNew };
}
