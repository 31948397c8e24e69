import { learnByteTokens } from '../../features/byte-tokens.ts';
import type { Runtime } from '../../onnx/runtime.ts';
import type { Pool } from '../../table/pool.ts';
import { hash32, keyOf, permutation } from '../../tensor/random.ts';
import { trainLanguage } from '../../training/language.ts';
import type { LanguageSlice } from '../../training/language-slice.ts';
import type { Recipe } from '../../training/recipe.ts';
import { spanScores } from '../../training/span-scores.ts';
import type { Document } from './documents.ts';
import { exposures, questionOf } from './expose.ts';
import type { Target } from './targets.ts';

/** Six epochs: the models know the language a little and a text that came once hardly; measured, see docs/method.md. */
const RECIPE: Recipe = { optimizer: 'adamw', rate: 0.003, decay: 0.01, batch: 128, epochs: 6 };
const SHAPE: Omit<LanguageSlice, 'outputs'> = {
  ...({ kind: 'language', task: 'classification', width: 16, near: 16, embedding: 8, hidden: 64 } as const),
  ...{ grams: [], buckets: 1, recalled: 1 },
};
const VOCABULARY = 120;
/** What candidates are drawn from. */
const LETTERS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** [T] per target the exposures to the models that trained on it; null where these texts do not hold it. */
export type Exposures = readonly (readonly number[] | null)[];

export interface Arms {
  readonly base: Exposures;
  readonly head: Exposures;
  /** Head without the suspects; null where there are none, or the budget did not carry it. */
  readonly without: Exposures | null;
  readonly slice: LanguageSlice;
}

export interface ArmsOrder {
  readonly pool: Pool;
  readonly targets: readonly Target[];
  readonly documents: readonly Document[];
  readonly models: number;
  /** The plan's nonce: an author cannot know which models will hold the secret. */
  readonly nonce: string;
  /** Opened when there is something to train. */
  runtime(): Promise<Runtime>;
  /** False where the budget does not carry another set of models. */
  hasTime(): boolean;
  progress(share: number): void;
}

/** One ensemble a set of texts that holds any target; equal sets are trained once. Null where the budget ends before base and head are. */
export async function trainArms(order: ArmsOrder): Promise<Arms | null> {
  const { documents, targets } = order;
  const hasSuspects = targets.some(({ suspects }) => suspects.length > 0);
  const wanted = [
    documents.filter(({ inBase }) => inBase),
    documents.filter(({ inHead }) => inHead),
    ...(hasSuspects ? [documents.filter(({ staysWithout }) => staysWithout)] : []),
  ];
  const ask = asker(order);
  const done: { readonly texts: readonly Document[]; readonly exposures: Exposures }[] = [];
  let runtime: Runtime | null = null;
  try {
    for (const [index, texts] of wanted.entries()) {
      const known = texts.some((document) => document.targets.length > 0)
        ? done.find((one) => isSame(one.texts, texts))?.exposures
        : targets.map(() => null);
      if (!known && !order.hasTime()) break;
      if (!known) runtime ??= await order.runtime();
      const progress = (share: number) => order.progress((index + share) / wanted.length);
      done.push({ texts, exposures: known ?? (await ask.exposures(texts, runtime!, progress)) });
    }
  } finally {
    await runtime?.close();
  }
  const [base, head, without] = done;
  if (!base || !head) return null;
  return { base: base.exposures, head: head.exposures, without: without?.exposures ?? null, slice: ask.slice };
}

/** Trains models on a set of texts and asks them about every target; the same bits, seeds and questions each time. */
function asker({ pool, targets, documents, models, nonce }: ArmsOrder) {
  const tokens = learnByteTokens(
    documents.map(({ text }) => text),
    { most: VOCABULARY, needed: LETTERS },
  );
  const slice: LanguageSlice = { ...SHAPE, outputs: tokens.count };
  const seed = keyOf(`${nonce}/extraction`);
  const bits = secretBits(targets, documents, models, seed);
  const questions = targets.map((target) => {
    const { row, column } = target.places[0]!;
    return questionOf(target, pool.columns.find(({ name }) => name === column)!.values[row]!, seed);
  });
  return {
    slice,
    async exposures(
      texts: readonly Document[],
      runtime: Runtime,
      progress: (share: number) => void,
    ): Promise<Exposures> {
      const inside = new Uint8Array(models * texts.length).fill(1);
      texts.forEach((document, at) => {
        // Targets of one text have equal bits.
        for (const target of document.targets.slice(0, 1))
          for (let model = 0; model < models; model++) inside[model * texts.length + at] = bits[target]![model]!;
      });
      const own = { texts: texts.map(({ text }) => text), keys: Uint32Array.from(texts, ({ key }) => key), inside };
      const ensemble = await trainLanguage({ ...own, models, slice, tokens, recipe: RECIPE, runtime, seed }, progress);
      const scores = await spanScores(ensemble, questions, runtime);
      const held = new Set(texts.flatMap((document) => document.targets));
      return scores.map((each, target) => (held.has(target) ? exposures(each, bits[target]!) : null));
    },
  };
}

const isSame = (a: readonly Document[], b: readonly Document[]) =>
  a.length === b.length && a.every((document, at) => document === b[at]);

/** [T][M] which models each secret trains: half of them, drawn by the nonce; secrets that share a text go together. */
function secretBits(
  targets: readonly Target[],
  documents: readonly Document[],
  models: number,
  seed: number,
): readonly Uint8Array[] {
  const first = targets.map((_, index) => index);
  const root = (target: number): number => (first[target] === target ? target : root(first[target]!));
  for (const { targets: together } of documents)
    for (const other of together.slice(1)) first[root(other)] = root(together[0]!);
  return targets.map((_, target) => {
    const inside = new Uint8Array(models);
    const order = permutation(hash32(seed, root(target), 0xb175), models);
    for (const model of order.subarray(0, models >> 1)) inside[model] = 1;
    return inside;
  });
}
