/**
 * How far a secret of the text stands out from random candidates of its format, to models that trained on it, in bits:
 * exposure (Carlini et al. 2019, arXiv 1802.08232, section 4.3, extrapolated), each candidate's loss less what models say
 * of it that did not train on the secret.
 */
export interface ExposedSecret {
  /** As in `SecretPlace.secret`. */
  readonly secret: number;
  readonly kind: string;
  readonly isCredential: boolean;
  /** Rows of the training data that hold it, in the order of the pool. */
  readonly rows: readonly number[];
  /** Change rows that may make it easier to extract: they hold it too, go on from the same words, or nearly copy its row. */
  readonly suspects: readonly number[];
  /** Characters that were ranked; the rest is the format, or beyond the longest that is. */
  readonly characters: number;
  /** One exposure a model that trained on it; equal places are models of equal bits and seeds. Null where it is not there. */
  readonly base: readonly number[] | null;
  readonly head: readonly number[] | null;
  /** At head without any suspect; null where there are none, or the budget did not carry it. */
  readonly without: readonly number[] | null;
}

/** What shadow language models say of the secrets of a text. */
export type Extraction =
  /** There is nothing to ask, or too little to ask with. */
  | { readonly kind: 'not-applicable' | 'unknown'; readonly reason: string }
  | {
      readonly kind: 'measured';
      readonly secrets: readonly ExposedSecret[];
      /** Shadow models of each revision, and random candidates of each secret. */
      readonly models: number;
      readonly candidates: number;
      /** Texts that models train on, secrets included; the rest of the data is left out. */
      readonly texts: number;
      /** Secrets of the text that were not measured: too many, or too short to tell from a guess. */
      readonly left: number;
      readonly slice: string;
    };

/** Checks what the check relies on, for a pool of so many rows. Throws a plain Error: a breach is a bug of ours. */
export function checkExtraction(extraction: Extraction, rows: number): void {
  if (extraction.kind !== 'measured') return;
  for (const { rows: held, suspects, base, head, without } of extraction.secrets) {
    const lengths = [base, head, without].flatMap((each) => (each === null ? [] : [each.length]));
    if (held.length === 0 || [...held, ...suspects].some((row) => !(row >= 0 && row < rows)))
      throw new Error('an exposed secret in no row of the pool');
    if (new Set(lengths).size > 1) throw new Error(`exposures of ${lengths.join(', ')} models are not paired`);
  }
}
