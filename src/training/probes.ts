import type { Probe, Probes } from '../evidence/probes.ts';
import type { PoolRow } from '../evidence/rows.ts';
import type { EnsembleName } from '../evidence/scores.ts';
import type { Block } from '../features/features.ts';
import {
  isAsked,
  type SensitiveValues,
  sensitiveValues,
  type Unasked,
  withValue,
} from '../features/sensitive-values.ts';
import type { Pool } from '../table/pool.ts';
import { hash32, keyOf } from '../tensor/random.ts';
import { sharedFloats } from '../tensor/shared.ts';
import type { EachGroup } from './ensemble.ts';
import { scoreGroup, type TrainingSet } from './group.ts';
import type { Plan } from './plan.ts';
import type { TrainingRun } from './run.ts';
import type { TrainingSubject } from './subject.ts';

/** Rows of a column that are asked about: those that the change comes close to, and a sample of the others. */
const MOST_NEAR = 60;
const SAMPLE = 140;
const MOST_COLUMNS = 10;
/** Poison brings wrong-label copies with every value that a row may have: two at least. */
const SEVERAL = 2;

/** Questions about sensitive columns, and the rows to ask them with. */
export interface ProbeSet {
  readonly probes: Probes;
  /** Every probe's K x V rows, one probe behind the other; null without a probe. */
  readonly set: TrainingSet | null;
}

/**
 * Chooses rows of each sensitive column that stand at both revisions, and puts every value into them. Which rows depends
 * on the repository's key and the data alone.
 */
export function makeProbes(
  { subject, plan }: { readonly subject: TrainingSubject; readonly plan: Plan },
  {
    pool,
    blocks,
    near,
  }: { readonly pool: Pool; readonly blocks: readonly Block[]; readonly near: ReadonlySet<number> },
  columns: readonly string[],
): ProbeSet {
  if (plan.slice.kind === 'model') {
    const why = "The features are a model's own: no value can be put in the place of another.";
    return { probes: { asked: [], unasked: columns.map((column) => ({ column, outcome: 'not-applicable', why })) }, set: null }; // biome-ignore format: one idea
  }
  const { rows, set } = subject;
  const features = { values: set.features, width: set.width };
  const among = rows.flatMap((row, index) => (stays(row) ? [index] : []));
  const found = columns
    .slice(0, MOST_COLUMNS)
    .map((column) => sensitiveValues({ pool, blocks, features }, column, { among }));
  const values = found.filter(isAsked);
  const asked = values.map((one): Probe => {
    const key = keyOf(`${plan.membershipKey}/probes/${one.column}`);
    const order = new Map(among.map((row) => [row, hash32(key, set.rowKeys[row])]));
    const able = among.filter((row) => one.of[row]! >= 0).sort((x, y) => order.get(x)! - order.get(y)! || x - y);
    const { contradicted, repeated } = repeatedRows(subject, one);
    const isBeside = (row: number) => repeated.has(row) || near.has(row);
    const first = able.filter((row) => contradicted.has(row));
    const nearest = [...first, ...able.filter((row) => isBeside(row) && !contradicted.has(row))].slice(0, MOST_NEAR);
    const chosen = [...nearest, ...able.filter((row) => !isBeside(row)).slice(0, SAMPLE)];
    return {
      ...{ column: one.column, values: one.features.length, rows: chosen, truth: chosen.map((row) => one.of[row]!) },
      ...{ near: nearest.length, contradicted: Math.min(first.length, MOST_NEAR), base: null, with: null },
    };
  });
  const unasked = found.filter((one): one is Unasked => !isAsked(one));
  const beyond = columns.slice(MOST_COLUMNS).map((column) => ({ column, outcome: 'unknown' as const, why: `Of many sensitive columns the first ${MOST_COLUMNS} are asked about.` })); // biome-ignore format: one idea
  return {
    probes: { asked, unasked: [...unasked, ...beyond] },
    set: asked.length > 0 ? probeRows(set, asked, values) : null,
  };
}

const stays = ({ inBase, inHead, split, label }: PoolRow) => inBase && inHead && split === 'train' && label !== null;

/** Rows that stay and equal one of the change in all but the sensitive column; and those that several contradict. */
function repeatedRows({ rows, set }: TrainingSubject, { block }: SensitiveValues) {
  const rest = (row: number) => {
    const own = set.features
      .slice(row * set.width, (row + 1) * set.width)
      .fill(0, block.offset, block.offset + block.width);
    return Buffer.from(own.buffer).toString('base64');
  };
  const changed = rows.flatMap(({ inBase, inHead }, row) => (inBase === inHead ? [] : [row]));
  const repeats = Map.groupBy(changed, rest);
  const [repeated, contradicted] = [new Set<number>(), new Set<number>()];
  for (const [index, row] of changed.length > 0 ? rows.entries() : []) {
    const found = stays(row) ? repeats.get(rest(index)) : undefined;
    if (!found) continue;
    repeated.add(index);
    if (found.filter((other) => rows[other]!.label !== row.label).length >= SEVERAL) contradicted.add(index);
  }
  return { repeated, contradicted };
}

function probeRows(set: TrainingSet, asked: readonly Probe[], values: readonly SensitiveValues[]): TrainingSet {
  const { width } = set;
  const all = asked.flatMap(({ rows }, probe) =>
    rows.flatMap((row) => values[probe]!.features.map((_, value) => ({ row, value, of: values[probe]! }))),
  );
  const features = sharedFloats(all.length * width);
  all.forEach(({ row, value, of }, index) => {
    features.set(withValue({ values: set.features, width }, of, { row, value }), index * width);
  });
  return {
    ...{ features, width },
    labels: Float64Array.from(all, ({ row }) => set.labels[row]!),
    rowKeys: Uint32Array.from(all, (_, index) => index),
  };
}

/** Asks every model of an ensemble about the probes once it is trained; training itself does not change. */
export function askProbes({ plan, runtime }: Pick<TrainingRun, 'plan' | 'runtime'>, { probes, set }: ProbeSet) {
  const rows = set?.rowKeys.length ?? 0;
  const answers = new Map<EnsembleName, Float32Array>();
  return {
    /** What an ensemble's groups are to be told to. */
    each(name: EnsembleName): EachGroup | undefined {
      if (!set || name === 'screen') return undefined;
      const phi = new Float32Array(plan.models * rows);
      answers.set(name, phi);
      return async (weights, { first, models }) => {
        const into = { phi: phi.subarray(first * rows, (first + models) * rows), right: new Uint8Array(models * rows) };
        await scoreGroup({ set, slice: plan.slice, runtime, weights, models }, into);
      };
    },
    /** The probes with their answers; without a change the models of `with` are those of `base`. */
    answered(): Probes {
      const base = answers.get('base');
      const applied = answers.get('with') ?? base;
      let start = 0;
      const asked = probes.asked.map((probe): Probe => {
        const width = probe.rows.length * probe.values;
        const own = (phi: Float32Array | undefined) => phi ? columnsOf(phi, { rows, start, width }) : null; // biome-ignore format: one idea
        const full = { ...probe, base: own(base), with: own(applied) };
        start += width;
        return full;
      });
      return { ...probes, asked };
    },
  };
}

/** Columns of [M,rows]: [M,width]. */
function columnsOf(
  phi: Float32Array,
  { rows, start, width }: { rows: number; start: number; width: number },
): Float32Array {
  const models = phi.length / rows;
  const out = new Float32Array(models * width);
  for (let model = 0; model < models; model++)
    out.set(phi.subarray(model * rows + start, model * rows + start + width), model * width);
  return out;
}
