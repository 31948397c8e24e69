/** One place of a row that holds a secret: where it stands, never what it is. */
export interface SecretPlace {
  /** Index of the row in `Evidence.rows`. */
  readonly row: number;
  readonly column: string;
  /** What it looks like, in a few words: `GitHub token`, `email address`. */
  readonly kind: string;
  /** Whoever reads a credential can use it (a key, a token, a private key); else it is personal data. */
  readonly isCredential: boolean;
  /** Equal for places that hold the same secret, from 0. */
  readonly secret: number;
  /** Characters of the cell, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** Whether the cell stands so at base, and at head. */
  readonly inBase: boolean;
  readonly inHead: boolean;
  /** Whether no cell of base, training or holdout, holds it. */
  readonly isNew: boolean;
}

/** Cells of the whole data set that hold secrets of one kind, those outside of the pool included. */
export interface SecretCount {
  readonly kind: string;
  readonly isCredential: boolean;
  readonly base: number;
  readonly head: number;
  /** Cells of head with one that no cell of base holds. */
  readonly fresh: number;
}

/** What a scan of all cells of both revisions found. */
export interface Secrets {
  /** In the order of their rows. */
  readonly places: readonly SecretPlace[];
  readonly counts: readonly SecretCount[];
  /** Cells with a new secret in rows that the pool, a sample, does not hold. */
  readonly unplaced: number;
  /** Cells that were not looked into, or not to their end: those that head alone has, and those of base. */
  readonly unscanned: { readonly fresh: number; readonly base: number };
}

/** Checks what the checks of secrets rely on, for a pool of so many rows. Throws a plain Error: a breach is a bug of ours. */
export function checkSecrets({ places, unplaced, unscanned }: Secrets, rows: number): void {
  for (const { row, start, end, inBase, inHead, isNew } of places)
    if (!(row >= 0 && row < rows && start >= 0 && start < end && (inBase || inHead) && !(inBase && isNew)))
      throw new Error(`a secret in row ${row} of ${rows}, characters ${start} to ${end}`);
  if (!(unplaced >= 0 && unscanned.fresh >= 0 && unscanned.base >= 0)) throw new Error('secrets: a count below zero');
}
