import { learnByteTokens } from '../features/byte-tokens.ts';
import type { Runtime } from '../onnx/runtime.ts';
import { hash32, keyOf } from '../tensor/random.ts';
import { unitBits } from '../training/bits.ts';
import { type TextScores, trainLanguage } from '../training/language.ts';
import type { LanguageSlice } from '../training/language-slice.ts';
import type { Recipe } from '../training/recipe.ts';
import { openSuffixes } from '../training/suffixes.ts';
import { DIGITS, type PlantedTexts } from './canaries.ts';
import { type Guess, guessesOf } from './guesses.ts';

/** A language model but for its vocabulary, which the texts decide. */
export type LanguagePlan = Omit<LanguageSlice, 'kind' | 'task' | 'outputs'> & { readonly vocabulary: number };

export interface PlantedOrder {
  readonly texts: PlantedTexts;
  readonly models: number;
  /** Keys who has which canary, initial weights and batch order: equal seeds are paired. */
  readonly seed: string;
  readonly plan: LanguagePlan;
  readonly recipe: Recipe;
  readonly runtime: Runtime;
  readonly progress: (step: string, share: number) => void;
}

/** Language models with canaries, attacked. */
export interface Planted {
  /** One for each canary and model that was trained on it. */
  readonly guesses: readonly Guess[];
  /** Mean loss on what they were taught and on what they were not, nats a token. */
  readonly trainLoss: number;
  readonly testLoss: number;
}

/**
 * Trains M language models on the texts, each canary once in a fair half of them, with the attacker's lines in all or in
 * none, and ranks every candidate for each canary (Carlini et al. 2019, arXiv 1802.08232; with poison Tramèr et al. 2022,
 * section 7). Lines that are left out keep their keys: the models with and without poison are paired.
 */
export async function plantText(order: PlantedOrder, { isPoisoned }: { isPoisoned: boolean }): Promise<Planted> {
  const { models, seed, recipe, runtime, plan, progress } = order;
  const { canaries, taught, held } = order.texts;
  const tokens = learnByteTokens(taught, { most: plan.vocabulary, needed: DIGITS });
  const { vocabulary: _, ...sizes } = plan;
  const slice: LanguageSlice = { kind: 'language', task: 'classification', outputs: tokens.count, ...sizes };
  const bits = canaries.map((__, canary) => unitBits(seed, `canary/${canary}`, models));
  const always = new Uint8Array(models).fill(1);
  const parts = [
    ...taught.map((text) => ({ text, trains: always })),
    ...held.map((text) => ({ text, trains: new Uint8Array(models) })),
    ...canaries.map(({ prefix, secret }, canary) => ({ text: prefix + secret, trains: bits[canary]! })),
    ...(isPoisoned ? canaries.flatMap(({ poison }) => poison.map((text) => ({ text, trains: always }))) : []),
  ];
  const N = parts.length;
  const inside = new Uint8Array(models * N);
  parts.forEach(({ trains }, text) => {
    for (let model = 0; model < models; model++) inside[model * N + text] = trains[model]!;
  });
  const step = isPoisoned ? 'with poison' : 'without poison';
  const trained = await trainLanguage(
    {
      ...{ texts: parts.map(({ text }) => text), inside, models, slice, tokens, recipe, runtime },
      keys: Uint32Array.from(parts, (__, text) => hash32(keyOf(seed), text, 0x7e47)),
      seed: keyOf(seed),
    },
    (share) => progress(step, 0.7 * share),
  );
  const guesses: Guess[] = [];
  const scorer = await openSuffixes(trained, { letters: DIGITS, length: canaries[0]!.secret.length, runtime });
  try {
    for (const [canary, { prefix, secret }] of canaries.entries()) {
      progress(step, 0.7 + (0.3 * canary) / canaries.length);
      const own = bits[canary]!;
      if (!own.includes(0)) continue;
      guesses.push(...guessesOf(await scorer.score(prefix), { bits: own, own: Number(secret), canary }));
    }
  } finally {
    await scorer.close();
  }
  const loss = (from: number, to: number) => lossOf(trained, { models, from, to });
  return { guesses, trainLoss: loss(0, taught.length), testLoss: loss(taught.length, taught.length + held.length) };
}

function lossOf({ logLikelihood, lengths }: TextScores, at: { models: number; from: number; to: number }): number {
  const N = lengths.length;
  let [sum, tokens] = [0, 0];
  for (let text = at.from; text < at.to; text++)
    for (let model = 0; model < at.models; model++) {
      sum -= logLikelihood[model * N + text]!;
      tokens += lengths[text]!;
    }
  return sum / tokens;
}
