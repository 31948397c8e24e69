import type { PoolRow } from '../evidence/rows.ts';
import type { Ensemble } from '../evidence/scores.ts';
import type { Runtime } from '../onnx/runtime.ts';
import { hash32, keyOf } from '../tensor/random.ts';
import { sharedFloats } from '../tensor/shared.ts';
import { unitBits } from '../training/bits.ts';
import { type EachGroup, trainEnsemble } from '../training/ensemble.ts';
import type { TrainingSet } from '../training/group.ts';
import { membershipBits } from '../training/membership.ts';
import type { Plan } from '../training/plan.ts';
import type { Recipe } from '../training/recipe.ts';
import type { Slice } from '../training/slice.ts';
import type { TrainingSubject } from '../training/subject.ts';

/** A row that an attack adds behind the data set's own, in memory alone. */
export interface ExtraRow {
  /** The row whose features it has. */
  readonly copyOf: number;
  /** [D] instead of that row's. */
  readonly features?: Float32Array;
  readonly label: number;
  /** In every model, in a fair half of them, in none (a question), or in those with a 1 [M]. */
  readonly trained: 'always' | 'half' | 'never' | Uint8Array;
}

/** One ensemble of an audit. */
export interface ShadowOrder {
  /** For the progress line. */
  readonly name: string;
  /** Keys membership bits, initial weights and batch order: ensembles of equal seeds are paired, row by row. */
  readonly seed: string;
  readonly models: number;
  readonly extra?: readonly ExtraRow[];
  /** Labels that rows are taught, and asked about, instead of their own. */
  readonly relabelled?: ReadonlyMap<number, number>;
  /** Rows that no model trains on. */
  readonly without?: ReadonlySet<number>;
  /** Rows that every model trains on. */
  readonly always?: ReadonlySet<number>;
  /** [M] bits of single rows instead of the drawn ones. */
  readonly bits?: ReadonlyMap<number, Uint8Array>;
  readonly slice?: Slice;
  readonly recipe?: Recipe;
  readonly each?: EachGroup;
}

/**
 * Trains the ensemble of an order. Its rows are the subject's N and behind them `extra`; phi is asked with the label that
 * a row was taught. Bits are drawn per unit, fair and independent.
 */
export async function trainShadows(
  at: { readonly subject: TrainingSubject; readonly plan: Plan; readonly runtime: Runtime },
  order: ShadowOrder,
  progress: (share: number) => void = () => {},
): Promise<Ensemble> {
  const { subject, plan, runtime } = at;
  const { models, seed, extra = [], each } = order;
  const set = withExtra(subject.set, order);
  const N = subject.rows.length;
  const inside = new Uint8Array(models * (N + extra.length));
  const own = ownBits(subject, order);
  const added = extra.map((row, index) => extraBits(row, `${seed}/extra/${index}`, models));
  for (let model = 0; model < models; model++) {
    const start = model * (N + extra.length);
    inside.set(own.subarray(model * N, (model + 1) * N), start);
    added.forEach((bits, index) => {
      inside[start + N + index] = bits[model]!;
    });
  }
  return await trainEnsemble(
    {
      set,
      slice: order.slice ?? plan.slice,
      recipe: order.recipe ?? plan.recipe,
      order: { name: 'with', models, inside, seed: keyOf(seed) },
      runtime,
      each,
    },
    progress,
  );
}

/** [M]: which models of an order train on a row of the subject's own, where nothing else is said of it. */
export function drawnBits(
  { units }: Pick<TrainingSubject, 'units'>,
  { seed, models }: Pick<ShadowOrder, 'seed' | 'models'>,
  row: number,
): Uint8Array {
  return unitBits(membershipKey(seed), units.names[units.of[row]!]!, models);
}

const membershipKey = (seed: string) => `${seed}/membership`;

/** [M,N] of the subject's own rows. */
function ownBits({ rows, units }: TrainingSubject, order: ShadowOrder): Uint8Array {
  const { models, without, always, bits } = order;
  const staying = rows.map((row): PoolRow => ({ ...row, inBase: true, inHead: true }));
  const inside = membershipBits({
    ...{ rows: staying, units, models, change: 'out' },
    membershipKey: membershipKey(order.seed),
  });
  rows.forEach((row, index) => {
    const trains = row.split === 'train' && row.label !== null;
    const given = bits?.get(index);
    if (!trains || !(without?.has(index) || always?.has(index) || given)) return;
    for (let model = 0; model < models; model++)
      inside[model * rows.length + index] = without?.has(index) ? 0 : always?.has(index) ? 1 : given![model]!;
  });
  return inside;
}

function extraBits({ trained }: ExtraRow, key: string, models: number): Uint8Array {
  if (typeof trained !== 'string') return trained;
  return trained === 'half'
    ? unitBits(key, 'extra', models)
    : new Uint8Array(models).fill(trained === 'always' ? 1 : 0);
}

function withExtra(set: TrainingSet, { extra = [], relabelled, seed }: ShadowOrder): TrainingSet {
  if (extra.length === 0 && !relabelled) return set;
  const N = set.rowKeys.length;
  const { width } = set;
  const features = extra.length === 0 ? set.features : sharedFloats((N + extra.length) * width);
  if (extra.length > 0) features.set(set.features);
  extra.forEach(({ copyOf, features: given }, index) => {
    features.set(given ?? set.features.subarray(copyOf * width, (copyOf + 1) * width), (N + index) * width);
  });
  const labels = Float64Array.from([...set.labels, ...extra.map(({ label }) => label)]);
  for (const [row, label] of relabelled ?? []) labels[row] = label;
  const keys = extra.map((_, index) => hash32(keyOf(seed), index, 0xa0d17));
  return { features, width, labels, rowKeys: Uint32Array.from([...set.rowKeys, ...keys]) };
}
