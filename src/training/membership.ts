import type { PoolRow } from '../evidence/rows.ts';
import { unitBits } from './bits.ts';
import type { Units } from './units.ts';

/** Who trains which shadow model of an ensemble. */
export interface MembershipRequest {
  readonly rows: readonly PoolRow[];
  readonly units: Units;
  readonly models: number;
  /** Keys the bits of rows that stay or leave: the same for every ensemble that is to be paired. */
  readonly membershipKey: string;
  /** What becomes of the change: left out, all applied, or a fair bit per unit under this key. */
  readonly change: 'out' | 'in' | { readonly key: string };
  /** Units forced in (for a removal: not applied) and forced out, whatever their bit. */
  readonly inside?: ReadonlySet<number>;
  readonly without?: ReadonlySet<number>;
}

/** [M,N]: 1 where the row trains the model. Rows of the holdout and rows without a label never do. */
export function membershipBits({
  rows,
  units,
  models,
  membershipKey,
  change,
  inside,
  without,
}: MembershipRequest): Uint8Array {
  const matrix = new Uint8Array(models * rows.length);
  const own = units.names.map((name) => unitBits(membershipKey, name, models));
  const applied = units.names.map((name) => {
    if (change === 'out') return new Uint8Array(models);
    return change === 'in' ? new Uint8Array(models).fill(1) : unitBits(change.key, name, models);
  });
  rows.forEach((row, index) => {
    if (row.split === 'holdout' || row.label === null) return;
    const unit = units.of[index]!;
    for (let model = 0; model < models; model++) {
      const cell = model * rows.length + index;
      if (row.inBase && row.inHead) {
        matrix[cell] = without?.has(unit) ? 0 : inside?.has(unit) ? 1 : own[unit]![model]!;
      } else {
        // A unit of the change is applied (arrivals in, removals out) unless it is forced not to be.
        const isApplied = without?.has(unit) ? 0 : inside?.has(unit) ? 1 : applied[unit]![model]!;
        matrix[cell] = row.inBase ? own[unit]![model]! & (1 - isApplied) : isApplied;
      }
    }
  });
  return matrix;
}
