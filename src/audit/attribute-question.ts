import { trainedClasses } from '../evidence/trained-classes.ts';
import {
  isAsked,
  type SensitiveValues,
  sensitiveValues,
  type Unasked,
  withValue,
} from '../features/sensitive-values.ts';
import type { AttributeAnswers } from '../stats/attribute.ts';
import { keyOf, permutation, uniformAt } from '../tensor/random.ts';
import type { AttackRun } from './attack.ts';
import type { ExtraRow } from './shadows.ts';
import { batchesOf, mostCopies } from './targeted.ts';
import { type Target, targetOf } from './targets.ts';

/** Share of the models in which a target is out; in the others it is in with a value that is drawn evenly. */
const OUT = 1 / 3;
/** Models by which a value must be in for its likelihood, at least on average: candidates are as few as that asks. */
const MODELS_OF_VALUE = 2;
/** Ensembles of one column and number of copies, where not everything is asked for. */
const MOST_BATCHES = 10;
/** At most this share of the rows that may be attacked: the other rows are what models learn the rest from. */
const LARGEST_SHARE = 1 / 4;

/** Whose value of one sensitive column is asked, and what the models of each state are trained on. */
export interface AttributeQuestion {
  readonly values: SensitiveValues;
  readonly targets: readonly Target[];
  /** [K] index of each target's true value. */
  readonly truth: readonly number[];
  /** [M,K] index of the value that a target is in with; -1 where it is out. */
  readonly states: Int8Array;
  readonly seed: string;
}

/** Draws targets and states, or says why the column cannot be asked about. @param copies largest number of a value's poisons. */
export function attributeQuestion(
  at: AttackRun,
  column: string,
  { copies }: { readonly copies: number },
): AttributeQuestion | Unasked {
  const { subject, plan } = at.training!;
  const among = trainedClasses(at.pool).rows;
  const most = Math.min(8, Math.floor((plan.models * (1 - OUT)) / MODELS_OF_VALUE));
  const features = { values: subject.set.features, width: subject.set.width };
  const values = sensitiveValues({ pool: at.pool, blocks: at.blocks!, features }, column, { among, most });
  if (!isAsked(values)) return values;
  const seed = `${at.seed}/${column}`;
  const able = among.filter((row) => values.of[row]! >= 0);
  const V = values.features.length;
  const fitting = at.options.thorough
    ? Number.POSITIVE_INFINITY
    : MOST_BATCHES * Math.max(1, Math.floor(mostCopies(at) / Math.max(1, copies * V)));
  const count = Math.min(at.options.targets, Math.floor(LARGEST_SHARE * able.length), fitting);
  if (count < 2) return { column, outcome: 'unknown', why: `${able.length} rows with a value are too few to attack.` };
  const order = permutation(keyOf(`${seed}/targets`), able.length).subarray(0, count);
  const targets = [...order].map((index) => targetOf(at, able[index]!));
  const states = new Int8Array(plan.models * count);
  targets.forEach(({ row }, target) => {
    const key = keyOf(`${seed}/states/${at.pool.rows[row]!.id}`);
    for (let model = 0; model < plan.models; model++)
      states[model * count + target] = stateOf(uniformAt(key, model), V);
  });
  return { values, targets, truth: targets.map(({ row }) => values.of[row]!), states, seed };
}

const stateOf = (drawn: number, values: number) =>
  drawn < OUT ? -1 : Math.min(values - 1, Math.floor(((drawn - OUT) / (1 - OUT)) * values));

/** Ensembles that a number of copies of each value of each target takes. */
export const attributeBatches = (at: AttackRun, { targets, values }: AttributeQuestion, copies: number): number[][] =>
  batchesOf(
    targets,
    targets.map(() => copies * values.features.length),
    mostCopies(at),
  );

/**
 * Trains models in which each target is out, or in with one of the values, and asks about it with each value: [M,K,V].
 * Poison is the target with every value, `copies` times under a wrong label, in every model: nobody who plants it knows
 * the true one. Equal questions give the same models but for the poison.
 */
export async function askAttribute(
  at: AttackRun,
  question: AttributeQuestion,
  { name, copies }: { readonly name: string; readonly copies: number },
): Promise<AttributeAnswers['phi']> {
  const { values, targets, states, seed } = question;
  const { subject, plan } = at.training!;
  const { set, rows } = subject;
  const [M, K, V] = [plan.models, targets.length, values.features.length];
  const matrix = { values: set.features, width: set.width };
  const variants = targets.map(({ row }) =>
    values.features.map((_, value) => withValue(matrix, values, { row, value })),
  );
  const asked = targets.flatMap(({ row }, target) =>
    variants[target]!.map((features, value): ExtraRow => {
      const trained = Uint8Array.from({ length: M }, (_, model) => Number(states[model * K + target] === value));
      return { copyOf: row, features, label: rows[row]!.label!, trained };
    }),
  );
  const phi = new Float32Array(M * K * V);
  const batches = attributeBatches(at, question, copies);
  for (const [index, batch] of batches.entries()) {
    const poison = batch.flatMap((target) =>
      variants[target]!.flatMap((features) => {
        const { row, wrong } = targets[target]!;
        return Array.from({ length: copies }, (): ExtraRow => ({ copyOf: row, features, label: wrong, trained: 'always' })); // biome-ignore format: one idea
      }),
    );
    const ensemble = await at.train({
      name: batches.length > 1 ? `${name}, ${index + 1} of ${batches.length}` : name,
      ...{ seed, models: M, extra: [...asked, ...poison] },
      without: new Set(targets.map(({ row }) => row)),
    });
    for (let model = 0; model < M; model++)
      for (const target of batch) {
        const from = model * ensemble.rows + rows.length + target * V;
        phi.set(ensemble.phi.subarray(from, from + V), (model * K + target) * V);
      }
  }
  return phi;
}
