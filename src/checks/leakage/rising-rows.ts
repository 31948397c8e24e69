import type { Evidence } from '../../evidence/evidence.ts';
import type { Ensemble } from '../../evidence/scores.ts';
import { armsOf, dPrime } from '../../stats/arms.ts';
import { pairedFall } from '../../stats/paired.ts';

/** Base rows whose d' rises most from base to with: their nearest change rows are suspects, too. */
const RISING_ROWS = 40;
const RISE = 2.5;
const NEIGHBOURS = 8;
/** Share of base rows whose score falls enough from base to with. */
const RANK = 0.01;

/** Change units next to base rows that the whole change exposes: several copies that no bit of their own betrays. */
export function unitsNearRisingRows(
  evidence: Evidence,
  base: Ensemble,
  applied: Ensemble,
  victims: readonly number[],
): Map<number, number[]> {
  const found = new Map<number, number[]>();
  const { features, rows } = evidence;
  if (!features) return found;
  const width = rows.length;
  const measured = victims.map((row) => ({
    row,
    rise:
      dPrime(armsOf(applied.phi, applied.inside, { row, rows: width })) -
      dPrime(armsOf(base.phi, base.inside, { row, rows: width })),
    fall: pairedFall(applied, base, row),
  }));
  // A large d' rises by chance alone; what poison cannot hide is that the row's score falls beside all others'.
  const falls = measured.map(({ fall }) => fall).sort((x, y) => y - x);
  const bar = falls[Math.floor(RANK * falls.length)] ?? Number.POSITIVE_INFINITY;
  const rising = measured
    .filter(({ rise, fall }) => rise >= RISE && fall >= bar)
    .sort((x, y) => y.rise - x.rise)
    .slice(0, RISING_ROWS);
  const arrivals = rows.flatMap((row, index) => (row.split === 'train' && !row.inBase && row.inHead ? [index] : []));
  for (const { row } of rising) {
    const nearest = arrivals
      .map((index) => ({ index, distance: squaredDistance(features, row, index) }))
      .sort((x, y) => x.distance - y.distance)
      .slice(0, NEIGHBOURS);
    for (const { index } of nearest) {
      const { unit, label } = rows[index]!;
      if (label !== rows[row]!.label) found.set(unit, [...(found.get(unit) ?? []), row]);
    }
  }
  return found;
}

function squaredDistance({ values, width }: NonNullable<Evidence['features']>, a: number, b: number): number {
  let sum = 0;
  for (let i = 0; i < width; i++) sum += (values[a * width + i]! - values[b * width + i]!) ** 2;
  return sum;
}
