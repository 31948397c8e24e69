import type { Evidence } from '../../evidence/evidence.ts';
import type { PoolRow } from '../../evidence/rows.ts';
import type { Ensemble } from '../../evidence/scores.ts';
import { armsOf, dPrime } from '../../stats/arms.ts';
import { type Effect, makeScreen, type Screen, strongestEffects, type UnitBits } from '../../stats/interaction.ts';
import { hash32 } from '../../tensor/random.ts';

/** A unit of the change, or a base unit that stands in for one, and the rows that it harms most. */
export interface Suspect extends UnitBits {
  readonly rows: readonly number[];
  readonly effects: readonly Effect[];
  /** S = the largest t; minus infinity when nothing could be measured. */
  readonly strength: number;
  /** Rank among the base units: (1 + #{S_base >= S}) / (1 + N_base). */
  readonly p: number;
  /** Why it is to be verified. */
  readonly reason: 'rank' | 'conflict' | 'near-victim';
}

export interface Shortlist {
  readonly screen: Screen;
  /** All units of the change that were screened. */
  readonly screened: number;
  /** Units of the change whose effects could not be measured (a cell has too few models); 0 where that is negligible. */
  readonly unmeasured: number;
  readonly suspects: readonly Suspect[];
  /** Base units with the strongest effects, treated as suspects: honest rows that look guilty. */
  readonly decoys: readonly Suspect[];
  /** S of the base units, for ranks after a culprit's effect has been taken out. */
  readonly reference: readonly number[];
}

const VICTIMS = 3;
const REFERENCE_UNITS = 4000;
const RANK = 0.01;
const DECOYS = 40;
const LARGEST_SHORTLIST = 200;
/** Share of units without a copy in base that may go unmeasured: their bits were all but equal by chance. */
const NEGLIGIBLE = 0.05;
/** Base rows whose d' rises most from base to with: their nearest change rows are suspects, too. */
const RISING_ROWS = 10;
const RISE = 2.5;
const NEIGHBOURS = 8;

const known = new WeakMap<object, Shortlist | null>();

/** Screens and shortlists; remembered per evidence, since `experiments` and `run` both ask. Null without a screen. */
export function shortlistOf(evidence: Evidence): Shortlist | null {
  const kept = known.get(evidence.scores);
  if (kept !== undefined) return kept;
  const made = makeShortlist(evidence);
  known.set(evidence.scores, made);
  return made;
}

function makeShortlist(evidence: Evidence): Shortlist | null {
  const { base, screen: ensemble } = evidence.scores;
  const applied = evidence.scores.with;
  if (!ensemble || !base || !applied) return null;
  const { rows } = evidence;
  const victims = rows.flatMap((row, index) => (stays(row) ? [index] : []));
  const screen = makeScreen(ensemble.phi, ensemble.inside, rows.length, victims);
  const change = unitsWhere(
    rows,
    ensemble,
    (row) => row.split === 'train' && row.label !== null && row.inBase !== row.inHead,
  );
  const standing = unitsWhere(rows, ensemble, stays)
    .sort((x, y) => hash32(evidence.seed, x.unit) - hash32(evidence.seed, y.unit))
    .slice(0, REFERENCE_UNITS);
  const measured = (units: readonly UnitRows[]) =>
    strongestEffects(screen, units, VICTIMS).map((effects, index) => ({
      ...units[index]!,
      effects,
      strength: effects[0]?.t ?? Number.NEGATIVE_INFINITY,
    }));
  const reference = measured(standing).sort((x, y) => y.strength - x.strength);
  const strengths = reference.map(({ strength }) => strength);
  const conflicts = conflictingUnits(evidence);
  const near = unitsNearRisingRows(evidence, base, applied, victims);
  const suspects = measured(change).map((unit): Suspect => {
    const p = (1 + strengths.filter((strength) => strength >= unit.strength).length) / (1 + strengths.length);
    return { ...unit, p, reason: p <= RANK ? 'rank' : conflicts.has(unit.unit) ? 'conflict' : 'near-victim' };
  });
  const listed = suspects
    .filter(({ p, unit, effects }) => effects.length > 0 && (p <= RANK || conflicts.has(unit) || near.has(unit)))
    .sort((x, y) => x.p - y.p || y.strength - x.strength)
    .slice(0, LARGEST_SHORTLIST)
    .map((suspect) => aimedAt(suspect, near.get(suspect.unit) ?? []));
  // A decoy is forced in and out: it cannot be measured as a victim at the same time.
  const victimised = new Set(listed.flatMap(({ effects }) => effects.map(({ row }) => row)));
  const decoys = reference
    .filter(({ rows: own }) => !own.some((row) => victimised.has(row)))
    .slice(0, DECOYS)
    .map((unit, rank): Suspect => ({ ...unit, p: (rank + 1) / (1 + strengths.length), reason: 'rank' }));
  const blind = suspects.filter(({ effects }) => effects.length === 0);
  const isNegligible = blind.length <= NEGLIGIBLE * suspects.length && !blind.some(({ unit }) => conflicts.has(unit));
  const unmeasured = isNegligible ? 0 : blind.length;
  return { screen, screened: change.length, unmeasured, suspects: listed, decoys, reference: strengths };
}

interface UnitRows extends UnitBits {
  readonly rows: readonly number[];
}

const stays = (row: PoolRow) => row.split === 'train' && row.inBase && row.inHead && row.label !== null;

/** Units of the rows that pass, with the bits under which they were trained on (for removals: applied). */
function unitsWhere(
  rows: readonly PoolRow[],
  { models, inside }: Ensemble,
  passes: (row: PoolRow) => boolean,
): UnitRows[] {
  const members = new Map<number, number[]>();
  rows.forEach((row, index) => {
    if (passes(row)) members.set(row.unit, [...(members.get(row.unit) ?? []), index]);
  });
  return [...members].map(([unit, own]) => {
    const first = own[0]!;
    const isRemoval = rows[first]!.inBase && !rows[first]!.inHead;
    const bits = Uint8Array.from(
      { length: models },
      (_, model) => inside[model * rows.length + first]! ^ (isRemoval ? 1 : 0),
    );
    return { unit, rows: own, bits, own: new Set(own) };
  });
}

/** Change units with a near copy in base under another label. */
function conflictingUnits({ rows, nearCopies }: Evidence): Set<number> {
  const units = new Set<number>();
  for (const { a, b } of nearCopies) {
    const [one, other] = [rows[a]!, rows[b]!];
    if (one.label === other.label || one.split !== 'train' || other.split !== 'train') continue;
    if (stays(one) && !other.inBase) units.add(other.unit);
    if (stays(other) && !one.inBase) units.add(one.unit);
  }
  return units;
}

/** Change units next to base rows that the whole change exposes: several copies that no bit of their own betrays. */
function unitsNearRisingRows(
  evidence: Evidence,
  base: Ensemble,
  applied: Ensemble,
  victims: readonly number[],
): Map<number, number[]> {
  const found = new Map<number, number[]>();
  const { features, rows } = evidence;
  if (!features) return found;
  const width = rows.length;
  const rise = (row: number) =>
    dPrime(armsOf(applied.phi, applied.inside, { row, rows: width })) -
    dPrime(armsOf(base.phi, base.inside, { row, rows: width }));
  const rising = victims
    .map((row) => ({ row, rise: rise(row) }))
    .filter((one) => one.rise >= RISE)
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

/** Adds rows that the screen did not rank first but the shift from base to with names. */
function aimedAt(suspect: Suspect, rows: readonly number[]): Suspect {
  const already = new Set(suspect.effects.map(({ row }) => row));
  const more = rows.filter((row) => !already.has(row)).map((row): Effect => ({ row, effect: 0, t: 0 }));
  return more.length === 0 ? suspect : { ...suspect, effects: [...suspect.effects, ...more] };
}
