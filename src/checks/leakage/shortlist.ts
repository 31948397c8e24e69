import type { Evidence } from '../../evidence/evidence.ts';
import type { PoolRow } from '../../evidence/rows.ts';
import type { Ensemble } from '../../evidence/scores.ts';
import { type Effect, makeScreen, type Screen, strongestEffects, type UnitBits } from '../../stats/interaction.ts';
import { hash32 } from '../../tensor/random.ts';
import { unitsNearRisingRows } from './rising-rows.ts';

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
  const rank = (t: number) => (1 + strengths.filter((strength) => strength >= t).length) / (1 + strengths.length);
  const conflicts = conflictingUnits(evidence);
  const near = unitsNearRisingRows(evidence, base, applied, victims);
  const suspects = measured(change).map((unit): Suspect => {
    const p = rank(unit.strength);
    return { ...unit, p, reason: p <= RANK ? 'rank' : conflicts.has(unit.unit) ? 'conflict' : 'near-victim' };
  });
  // An effect that ranks with base's own noise is not worth a test: each test is one more chance of a false alarm.
  const aimed = (suspect: Suspect): Suspect =>
    aimedAt({ ...suspect, effects: suspect.effects.filter(({ t }) => rank(t) <= RANK) }, [
      ...(conflicts.get(suspect.unit) ?? []),
      ...(near.get(suspect.unit) ?? []),
    ]);
  const listed = suspects
    .filter(({ p, unit, effects }) => effects.length > 0 && (p <= RANK || conflicts.has(unit) || near.has(unit)))
    .sort((x, y) => x.p - y.p || y.strength - x.strength)
    .slice(0, LARGEST_SHORTLIST)
    .map(aimed);
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

/** Change units with near copies in base under another label, and these base rows: the nearest few. */
function conflictingUnits({ rows, nearCopies }: Evidence): Map<number, number[]> {
  const units = new Map<number, number[]>();
  const add = (unit: number, victim: number) => units.set(unit, [...(units.get(unit) ?? []), victim].slice(0, VICTIMS));
  for (const { a, b } of [...nearCopies].sort((x, y) => y.similarity - x.similarity)) {
    const [one, other] = [rows[a]!, rows[b]!];
    if (one.label === other.label || one.split !== 'train' || other.split !== 'train') continue;
    if (stays(one) && !other.inBase) add(other.unit, a);
    if (stays(other) && !one.inBase) add(one.unit, b);
  }
  return units;
}

/** Adds rows that the screen did not rank first but a near copy or the shift from base to with names. */
function aimedAt(suspect: Suspect, rows: readonly number[]): Suspect {
  const already = new Set(suspect.effects.map(({ row }) => row));
  const more = [...new Set(rows)].filter((row) => !already.has(row)).map((row): Effect => ({ row, effect: 0, t: 0 }));
  return more.length === 0 ? suspect : { ...suspect, effects: [...suspect.effects, ...more] };
}
