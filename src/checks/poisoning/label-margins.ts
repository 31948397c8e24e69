import type { Evidence } from '../../evidence/evidence.ts';
import type { Ensemble } from '../../evidence/scores.ts';
import { hash32 } from '../../tensor/random.ts';
import { oldVersions, rowSides } from '../change-rows.ts';

/** Rows of one unit under one label: what is scored as one. */
export interface ScoredUnit {
  readonly rows: readonly number[];
  readonly label: number;
  /** Margin of the given label (nats) over models that did not train on the rows, minus the class's usual margin. */
  readonly score: number;
}

/**
 * Class-adjusted out-of-sample margins of the trusted rows' and of the change's units. All are scored by about M/2
 * models: those that did not train on the row (on its old version, where it changed), else, where none did, a half
 * drawn by its unit.
 */
export function labelMargins(
  evidence: Evidence,
  ensemble: Ensemble,
  trusted: readonly number[],
): { readonly reference: ScoredUnit[]; readonly change: ScoredUnit[] } {
  const { arriving } = rowSides(evidence);
  const before = oldVersions(evidence);
  const raw = (rows: readonly number[]) => {
    const labelled = rows.filter((row) => evidence.rows[row]!.label !== null);
    const units = Map.groupBy(labelled, (row) => `${evidence.rows[row]!.unit}:${evidence.rows[row]!.label}`);
    return [...units.values()].flatMap((unit) => {
      const scores = unit
        .map((row) => outMargin(ensemble, row, before.get(row), evidence))
        .filter((score) => !Number.isNaN(score));
      if (scores.length === 0) return [];
      const label = evidence.rows[unit[0]!]!.label!;
      return [{ rows: unit, label, score: scores.reduce((sum, score) => sum + score, 0) / scores.length }];
    });
  };
  const reference = raw(trusted);
  const usual = usualMargins(reference, evidence.classes.length);
  const adjust = (unit: ScoredUnit): ScoredUnit => ({ ...unit, score: unit.score - usual[unit.label]! });
  return { reference: reference.map(adjust), change: raw(arriving).map(adjust) };
}

function outMargin(ensemble: Ensemble, row: number, before: number | undefined, evidence: Evidence): number {
  let sum = 0;
  let count = 0;
  const { unit, split, inBase } = evidence.rows[row]!;
  const isTrained = split === 'train' && (inBase || ensemble.name !== 'base');
  for (let m = 0; m < ensemble.models; m++) {
    const bit =
      before !== undefined
        ? ensemble.inside[m * ensemble.rows + before]!
        : isTrained
          ? ensemble.inside[m * ensemble.rows + row]!
          : hash32(evidence.seed, m, unit, 0x3a1f) & 1;
    if (bit === 1 || ensemble.inside[m * ensemble.rows + row] === 1) continue;
    sum += ensemble.phi[m * ensemble.rows + row]!;
    count++;
  }
  return count === 0 ? Number.NaN : sum / count;
}

/** Pseudo-rows of the overall median that steady a small class's own median. */
const STEADYING = 10;

/** Median margin of each class, drawn towards the overall median where the class is small. */
function usualMargins(units: readonly ScoredUnit[], classes: number): number[] {
  const overall = median(units.map((unit) => unit.score));
  const byClass = Map.groupBy(units, (unit) => unit.label);
  return Array.from({ length: classes }, (_, label) => {
    const own = (byClass.get(label) ?? []).map((unit) => unit.score);
    return own.length === 0 ? overall : (own.length * median(own) + STEADYING * overall) / (own.length + STEADYING);
  });
}

function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return 0;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
