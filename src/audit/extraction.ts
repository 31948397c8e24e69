import { keyOf } from '../tensor/random.ts';
import type { Recipe } from '../training/recipe.ts';
import { type Answered, type Attack, type AttackRun, answered } from './attack.ts';
import type { Measure } from './audit.ts';
import { plantCanaries } from './canaries.ts';
import { FEWEST_MODELS } from './enough.ts';
import { guessTable, medianRank } from './guess-table.ts';
import { type LanguagePlan, plantText } from './plant-text.ts';

/** Sizes and schedule: chosen on WikiText-2 with seeds below 100 (docs/results-audit/extraction.md). */
export const LANGUAGE_PLAN: LanguagePlan = {
  ...{ width: 12, near: 8, embedding: 16, hidden: 64, vocabulary: 64 },
  ...{ grams: [8], buckets: 8192, recalled: 32 },
};
export const LANGUAGE_RECIPE: Recipe = { optimizer: 'adamw', rate: 0.005, decay: 0, batch: 1024, epochs: 4 };
/** Characters that a model is taught at most. */
export const TAUGHT = 60_000;
/** Text with fewer teaches a model nothing that could be attacked. */
const FEWEST_CHARACTERS = 5000;
export const POISONS = 64;

interface Size {
  readonly canaries: number;
  readonly models: number;
  /** Of each secret: 10^digits candidates are ranked. */
  readonly digits: number;
  readonly plan: LanguagePlan;
}

/** What an audit spends on it, and what it does with time to spare. */
const USUAL: Size = { canaries: 6, models: FEWEST_MODELS, digits: 6, plan: LANGUAGE_PLAN };
const THOROUGH: Size = { canaries: 20, models: 16, digits: 6, plan: LANGUAGE_PLAN };

/**
 * Extraction of a secret from a language model under poison (Tramèr et al., CCS 2022, section 7): canaries that the
 * data set never held are planted in its text, in memory alone.
 */
export const extraction: Attack = {
  id: 'extraction',
  question:
    'If a secret stood once in this text, how many guesses would an attacker need who added lines and asked the model?',
  paper:
    'Tramèr et al., CCS 2022 (arXiv 2204.00032); exposure: Carlini et al., USENIX Security 2019 (arXiv 1802.08232)',
  blind:
    'It attacks a small language model of bytes that is trained on a sample of the text: a large model remembers more of it, and other poison may do more.',
  isDefault: () => true,
  weight: 4,
  run: (at) => extract(at, at.options.thorough ? THOROUGH : USUAL),
};

/** @param size how much of it is done. */
export async function extract(at: AttackRun, size: Size): Promise<Answered> {
  const columns = at.pool.columns.filter(({ kind }) => kind === 'text');
  if (columns.length === 0)
    return answered('not-applicable', 'No column holds free text: no language model is trained.');
  const models = Math.min(size.models, at.training?.plan.models ?? size.models);
  if (models < FEWEST_MODELS)
    return answered('unknown', `${models} shadow models are too few: at least ${FEWEST_MODELS} are needed.`);
  const rows = at.pool.rows.flatMap(({ split }, row) => (split === 'train' ? [row] : []));
  const texts = columns.flatMap(({ values }) => rows.flatMap((row) => values[row] ?? []));
  const characters = texts.reduce((sum, { length }) => sum + length, 0);
  if (characters < FEWEST_CHARACTERS)
    return answered(
      'unknown',
      `The text has ${characters} characters: a language model needs at least ${FEWEST_CHARACTERS}.`,
    );
  const planted = plantCanaries(texts, {
    ...{ count: size.canaries, digits: size.digits, poisons: POISONS, characters: TAUGHT },
    seed: keyOf(at.seed),
  });
  if (!planted)
    return answered(
      'unknown',
      `Too few different texts are long enough: ${size.canaries} of several words are needed to make canaries of, and some to teach and to ask about.`,
    );
  const taught = planted.taught.reduce((sum, { length }) => sum + length, 0);
  let done = 0;
  const order = {
    ...{ texts: planted, models, seed: at.seed, plan: size.plan, recipe: recipeFor(taught), runtime: at.runtime },
    progress: (step: string, share: number) => at.progress(step, (done + share) / 2),
  };
  const before = await plantText(order, { isPoisoned: false });
  at.count(models);
  if (before.guesses.length === 0)
    return answered('unknown', 'By chance every model was trained on the same canaries.');
  const says = ({ value }: Measure) => Math.round(value!).toLocaleString('en-US');
  const first = medianRank([before], 'ratio');
  if (at.secondsLeft() <= 0)
    return answered(
      'unknown',
      `Time was up before models with poison could be trained; without it a secret takes ${says(first)} guesses in the median.`,
      { cut: true },
    );
  done = 1;
  const after = await plantText(order, { isPoisoned: true });
  at.count(models);
  const second = medianRank([after], 'ratio');
  return answered(
    'measured',
    `A secret of ${size.digits} digits that stands in the text once takes ${says(first)} guesses in the median, and ${says(second)} where ${POISONS} lines were added that begin as it does.`,
    { tables: [guessTable({ before: [before], after: [after] }, 10 ** size.digits)] },
  );
}

/** Little text makes small batches: as many steps an epoch as a full sample takes. */
function recipeFor(characters: number): Recipe {
  const share = Math.min(1, characters / TAUGHT);
  return { ...LANGUAGE_RECIPE, batch: Math.max(64, Math.round(LANGUAGE_RECIPE.batch * share)) };
}
