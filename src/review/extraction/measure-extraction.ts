import type { ExposedSecret, Extraction } from '../../evidence/extraction.ts';
import type { NearCopy } from '../../evidence/rows.ts';
import { describeSlice } from '../../training/slice.ts';
import { documentsOf } from './documents.ts';
import { CANDIDATES } from './expose.ts';
import { chooseTargets } from './targets.ts';
import { type ArmsOrder, trainArms } from './train-arms.ts';

/** Shadow models of each revision, and the fewest that are worth asking. */
const MODELS = 16;
const FEWEST_MODELS = 8;
/** Characters of text without which a model learns no language. */
const FEWEST_CHARACTERS = 2000;

type Order = Omit<ArmsOrder, 'targets' | 'documents' | 'models'> & {
  readonly nearCopies: readonly NearCopy[];
  /** Shadow models that the review may train. */
  readonly shadows: number;
};

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
  const characters = documents.reduce((sum, { text }) => sum + text.length, 0);
  if (characters < FEWEST_CHARACTERS)
    return none('unknown', `There is too little text (${characters} characters) for shadow models to learn from.`);
  const arms = await trainArms({ ...order, targets, documents, models });
  if (arms === null) return none('unknown', 'The budget did not carry the language models.');
  const secrets = targets.map((target, index): ExposedSecret => {
    const { kind, isCredential, secret } = target.places[0]!;
    return {
      ...{ secret, kind, isCredential, rows: [...new Set(target.places.map(({ row }) => row))] },
      ...{ suspects: target.suspects, characters: target.ranked.text.length },
      ...{ base: arms.base[index]!, head: arms.head[index]! },
      without: target.suspects.length > 0 ? (arms.without?.[index] ?? null) : null,
    };
  });
  return {
    ...{ kind: 'measured', secrets, models, candidates: CANDIDATES, texts: documents.length },
    ...{ left: chosen.found - targets.length, slice: describeSlice(arms.slice) },
  };
}
