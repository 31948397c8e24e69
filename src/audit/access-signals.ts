import { trainedClasses } from '../evidence/trained-classes.ts';
import { keyOf, permutation } from '../tensor/random.ts';
import type { AttackRun } from './attack.ts';
import { type AskedRows, type Inside, lookInside } from './look-inside.ts';
import { nearCopy } from './near-copy.ts';
import type { ExtraRow } from './shadows.ts';
import { batchesOf, mostCopies } from './targeted.ts';
import type { Target } from './targets.ts';

/** Slightly changed copies of a row that who sees labels alone asks about, too. */
export const QUERIES = 8;
/** Rows of each class that the attacker holds, to say where a row lies among features. */
const ANCHORS = 8;
const MOST_ANCHORS = 512;

/** What M shadow models show of K targets, by access. */
export interface Signals {
  readonly models: number;
  readonly rows: number;
  /** [M,K] */
  readonly inside: Uint8Array;
  /** [M,K,1+Q]: 1 where the model names the row's class, for the row itself and for each changed copy. */
  readonly bits: Uint8Array;
  /** [M,K,C]: logits less their mean, the row's own class first. */
  readonly logits: Float32Array;
  readonly classes: number;
  /** [M,K,C+1]: what the last layer takes in, held against its mean over known rows of each class, and its length. */
  readonly features: Float32Array | null;
  /** [M,K]: logarithm of the gradient's squared length. */
  readonly gradient: Float32Array | null;
}

/** Trains shadow models with `copies` wrong-label copies of each target and keeps what they show of the targets. */
export async function gatherSignals(
  at: AttackRun,
  targets: readonly Target[],
  { name, copies }: { readonly name: string; readonly copies: number },
): Promise<Signals> {
  const { slice, models } = at.training!.plan;
  const K = targets.length;
  const C = slice.outputs;
  const seen = slice.kind === 'model' ? null : { hidden: slice.kind === 'mlp' };
  const signals: Signals = {
    ...{ models, rows: K, classes: C, inside: new Uint8Array(models * K) },
    bits: new Uint8Array(models * K * (1 + QUERIES)),
    logits: new Float32Array(models * K * C),
    features: seen?.hidden ? new Float32Array(models * K * (C + 1)) : null,
    gradient: seen ? new Float32Array(models * K) : null,
  };
  const anchors = signals.features ? anchorRows(at, targets) : [];
  const all = targets.map(() => copies);
  const batches = batchesOf(targets, all, mostCopies(at));
  for (const [index, batch] of batches.entries()) {
    const own = batch.map((target) => targets[target]!);
    const asked = askedRows(at, own, anchors);
    const extra = own.flatMap(({ row, wrong }) =>
      Array.from({ length: copies }, (): ExtraRow => ({ copyOf: row, label: wrong, trained: 'always' })),
    );
    const ensemble = await at.train({
      name: batches.length > 1 ? `${name}, ${index + 1} of ${batches.length}` : name,
      ...{ seed: at.seed, models, ...(copies > 0 ? { extra } : {}) },
      async each(weights, { first, models: size }) {
        const inside = await lookInside({ slice, runtime: at.runtime, weights, models: size }, asked);
        read(signals, inside, { first, size, batch, labels: asked.labels, anchors: anchors.length });
      },
    });
    for (const target of batch)
      for (let model = 0; model < models; model++)
        signals.inside[model * K + target] = ensemble.inside[model * ensemble.rows + targets[target]!.row]!;
  }
  return signals;
}

/** The targets, changed copies of each query by query, and the anchors. */
function askedRows(at: AttackRun, targets: readonly Target[], anchors: readonly number[]): AskedRows {
  const { width, features, labels } = at.training!.subject.set;
  const own = (row: number) => features.subarray(row * width, (row + 1) * width);
  const rows = targets.map(({ row }) => row);
  const changed = Array.from({ length: QUERIES }, (_, query) =>
    rows.map((row) => nearCopy({ ...at, seed: `${at.seed}/query ${query}` }, row)),
  );
  const all = [...rows.map(own), ...changed.flat(), ...anchors.map(own)];
  const joined = new Float32Array(all.length * width);
  for (const [index, values] of all.entries()) joined.set(values, index * width);
  const labelled = [...rows, ...changed.flatMap(() => rows), ...anchors];
  return { features: joined, labels: labelled.map((row) => labels[row]!) };
}

/** A few rows of each class that are no targets; half of the models were trained on each. */
function anchorRows(at: AttackRun, targets: readonly Target[]): number[] {
  const asked = new Set(targets.map(({ row }) => row));
  const rows = trainedClasses(at.pool).rows.filter((row) => !asked.has(row));
  const taken = new Map<number, number>();
  return [...permutation(keyOf(`${at.seed}/anchors`), rows.length)]
    .map((index) => rows[index]!)
    .filter((row) => {
      const label = at.pool.rows[row]!.label!;
      const before = taken.get(label) ?? 0;
      taken.set(label, before + 1);
      return before < ANCHORS;
    })
    .slice(0, MOST_ANCHORS);
}

interface Group {
  readonly first: number;
  readonly size: number;
  /** Which targets were asked about. */
  readonly batch: readonly number[];
  readonly labels: readonly number[];
  readonly anchors: number;
}

/** Writes what one group of models shows of one batch of targets. */
function read(
  into: Signals,
  { logits, hidden, gradient }: Inside,
  { first, size, batch, labels, anchors }: Group,
): void {
  const { rows: K, classes: C } = into;
  const n = labels.length;
  for (let model = 0; model < size; model++) {
    const answer = (row: number) => logits.subarray((model * n + row) * C, (model * n + row + 1) * C);
    const H = hidden ? hidden.length / (size * n) : 0;
    const layer = (row: number) => hidden!.subarray((model * n + row) * H, (model * n + row + 1) * H);
    const means = into.features ? classMeans(Array.from({ length: anchors }, (_, index) => n - anchors + index), labels, C, layer) : []; // biome-ignore format: one choice
    batch.forEach((target, index) => {
      const cell = (first + model) * K + target;
      const label = labels[index]!;
      for (let query = 0; query <= QUERIES; query++)
        into.bits[cell * (1 + QUERIES) + query] = Number(greatest(answer(query * batch.length + index)) === label);
      into.logits.set(ownFirst(answer(index), label), cell * C);
      if (into.features) into.features.set(amongMeans(layer(index), means), cell * (C + 1));
      if (into.gradient) into.gradient[cell] = Math.log(Math.max(1e-37, gradient![model * n + index]!));
    });
  }
}

function greatest(values: Float32Array): number {
  let best = 0;
  values.forEach((value, index) => {
    if (value > values[best]!) best = index;
  });
  return best;
}

/** Less the mean, which no answer depends on. */
function ownFirst(values: Float32Array, own: number): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const others = [...values].filter((_, index) => index !== own);
  return [values[own]!, ...others].map((value) => value - mean);
}

/** [C,H] mean features of the anchors of each class, of length one; zeros for a class without any. */
function classMeans(
  anchors: readonly number[],
  labels: readonly number[],
  classes: number,
  layer: (row: number) => Float32Array,
): Float64Array[] {
  return Array.from({ length: classes }, (_, label) => {
    const own = anchors.filter((row) => labels[row] === label).map(layer);
    const sum = new Float64Array(own[0]?.length ?? 0);
    for (const values of own)
      values.forEach((value, index) => {
        sum[index]! += value;
      });
    const length = Math.hypot(...sum) || 1;
    return sum.map((value) => value / length);
  });
}

/**
 * Units of two models have nothing to do with each other, but how a row's features lie among those of known rows has
 * (Moschella et al. 2023, arXiv 2209.15430): the products with each class's mean, then the logarithm of the length.
 */
function amongMeans(values: Float32Array, means: readonly Float64Array[]): number[] {
  const products = means.map((mean) => mean.reduce((sum, value, index) => sum + value * values[index]!, 0));
  return [...products, Math.log(Math.hypot(...values) + 1e-6)];
}
