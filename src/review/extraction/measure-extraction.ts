import type { ExposedSecret, Extraction } from '../../evidence/extraction.ts';
import type { NearCopy } from '../../evidence/rows.ts';
import { learnByteTokens } from '../../features/byte-tokens.ts';
import type { Runtime } from '../../onnx/runtime.ts';
import type { Pool } from '../../table/pool.ts';
import { hash32, keyOf, permutation } from '../../tensor/random.ts';
import { trainLanguage } from '../../training/language.ts';
import type { LanguageSlice } from '../../training/language-slice.ts';
import type { Recipe } from '../../training/recipe.ts';
import { describeSlice } from '../../training/slice.ts';
import { spanScores } from '../../training/span-scores.ts';
import { type Document, documentsOf } from './documents.ts';
import { CANDIDATES, exposures, questionOf } from './expose.ts';
import { chooseTargets, type Target } from './targets.ts';

/** Shadow models of each revision, and the fewest that are worth asking. */
const MODELS = 16;
const FEWEST_MODELS = 8;
/** Bytes of text without which a model learns no language. */
const FEWEST_BYTES = 2000;
const VOCABULARY = 120;
/** Six epochs: the models know the language a little and a text that came once hardly; measured, see docs/method.md. */
const RECIPE: Recipe = { optimizer: 'adamw', rate: 0.003, decay: 0.01, batch: 128, epochs: 6 };
const SHAPE = {
  kind: 'language',
  task: 'classification',
  ...{ width: 16, near: 16, embedding: 8, hidden: 64 },
  ...{ grams: [], buckets: 0, recalled: 0 },
} as const;

interface Order {
  readonly pool: Pool;
  readonly nearCopies: readonly NearCopy[];
  /** Shadow models that the review may train. */
  readonly shadows: number;
  /** The plan's nonce: an author cannot know which models will hold the secret. */
  readonly nonce: string;
  /** Opened when there is something to train. */
  runtime(): Promise<Runtime>;
  /** False where the budget does not carry another set of models. */
  hasTime(): boolean;
  progress(share: number): void;
}

/**
 * The exposure of the text's secrets at base and at head, and at head without the rows that may be to blame for more: by
 * shadow models of equal bits, initial weights and batch order. Each secret trains half of the models, in all of its
 * places; the same other texts train them all.
 */
export async function measureExtraction(order: Order): Promise<Extraction> {
  const { pool } = order;
  const none = (kind: 'not-applicable' | 'unknown', reason: string): Extraction => ({ kind, reason });
  if (!pool.columns.some(({ kind }) => kind === 'text')) return none('not-applicable', 'No column holds text.');
  const chosen = chooseTargets(pool, order.nearCopies);
  if (chosen.found === 0) return none('not-applicable', 'No secret was found in the text.');
  if (chosen.targets.length === 0)
    return none('unknown', 'The secrets in the text are too short to tell from a guess.');
  const models = Math.min(MODELS, order.shadows);
  if (models < FEWEST_MODELS)
    return none('unknown', `${models} shadow models are too few: at least ${FEWEST_MODELS} are needed.`);
  const { targets, documents } = documentsOf(pool, chosen);
  const left = chosen.found - targets.length;
  const bytes = documents.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  if (bytes < FEWEST_BYTES)
    return none('unknown', `There is too little text (${bytes} bytes) for shadow models to learn from.`);
  const trained = await trainArms({ ...order, targets, documents, models });
  if (trained === null) return none('unknown', 'The budget did not carry the language models.');
  const secrets = targets.map((target, index): ExposedSecret => {
    const { kind, isCredential, secret } = target.places[0]!;
    return {
      ...{ secret, kind, isCredential, rows: [...new Set(target.places.map(({ row }) => row))] },
      ...{ suspects: target.suspects, characters: target.ranked.text.length },
      ...{ base: trained.base[index]!, head: trained.head[index]!, without: trained.without?.[index] ?? null },
    };
  });
  const slice = describeSlice({ ...SHAPE, outputs: trained.vocabulary });
  return { kind: 'measured', secrets, models, candidates: CANDIDATES, texts: documents.length, bytes, left, slice };
}

type Exposures = readonly (readonly number[] | null)[];

interface Trained {
  readonly base: Exposures;
  readonly head: Exposures;
  readonly without: Exposures | null;
  readonly vocabulary: number;
}

/** One ensemble a set of texts; equal sets are trained once. Null where the budget ends before base and head are. */
async function trainArms(
  order: Order & {
    readonly targets: readonly Target[];
    readonly documents: readonly Document[];
    readonly models: number;
  },
): Promise<Trained | null> {
  const { documents, targets, pool, nonce } = order;
  const tokens = learnByteTokens(
    documents.map(({ text }) => text),
    { most: VOCABULARY, needed: NEEDED },
  );
  const slice: LanguageSlice = { ...SHAPE, outputs: tokens.count };
  const seed = keyOf(`${nonce}/extraction`);
  const bits = secretBits(targets, documents, order.models, seed);
  const questions = targets.map((target) => {
    const { row, column } = target.places[0]!;
    return questionOf(target, pool.columns.find(({ name }) => name === column)!.values[row]!, seed);
  });
  const arms = {
    base: documents.filter(({ inBase }) => inBase),
    head: documents.filter(({ inHead }) => inHead),
    without: documents.filter(({ staysWithout }) => staysWithout),
  };
  const wanted = [arms.base, arms.head, ...(targets.some(({ suspects }) => suspects.length > 0) ? [arms.without] : [])];
  const done: { readonly documents: readonly Document[]; readonly exposures: Exposures }[] = [];
  let runtime: Runtime | null = null;
  try {
    for (const [index, own] of wanted.entries()) {
      const equal = done.find((one) => isSame(one.documents, own));
      if (!equal && !order.hasTime()) break;
      runtime ??= await order.runtime();
      done.push({ documents: own, exposures: equal?.exposures ?? (await exposuresOf(own, runtime, index)) });
    }
  } finally {
    await runtime?.close();
  }
  const [base, head, without] = done;
  if (!base || !head) return null;
  return { base: base.exposures, head: head.exposures, without: without?.exposures ?? null, vocabulary: tokens.count };

  async function exposuresOf(own: readonly Document[], runtime: Runtime, index: number): Promise<Exposures> {
    const { models } = order;
    const inside = new Uint8Array(models * own.length).fill(1);
    own.forEach((document, at) => {
      for (const target of document.targets.slice(0, 1))
        for (let model = 0; model < models; model++) inside[model * own.length + at] = bits[target]![model]!;
    });
    const ensemble = await trainLanguage(
      {
        ...{ texts: own.map(({ text }) => text), inside, models, slice, tokens, recipe: RECIPE, runtime, seed },
        keys: Uint32Array.from(own, ({ key }) => key),
      },
      (share) => order.progress((index + share) / wanted.length),
    );
    const scores = await spanScores(ensemble, questions, runtime);
    const held = new Set(own.flatMap((document) => document.targets));
    return scores.map((each, target) => (held.has(target) ? exposures(each, bits[target]!) : null));
  }
}

const NEEDED = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

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
