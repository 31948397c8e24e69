/** What a check sees of a changed file of weights: never a weight itself. */
export interface WeightFacts {
  readonly change: 'added' | 'removed' | 'changed' | 'renamed';
  /** Null where there is none to compare with: the file is new, or gone. */
  readonly base: FileFacts | null;
  readonly head: FileFacts | null;
  /** Null where a side that is there has tensors that are not read, for the reason of `tensorsUnread`. */
  readonly tensors: TensorFacts | null;
  readonly tensorsUnread: string | null;
}

/** One file at one revision. Texts are one line each, capped, but not escaped. */
export interface FileFacts {
  readonly bytes: number;
  /** Of the whole file, in hexadecimal digits. */
  readonly sha256: string;
  /** By content: a word such as `pickle`. */
  readonly format: string;
  /** Set where the name promises something else: in words, and whether what it is can run code that the promise could not. */
  readonly promised: { readonly format: string; readonly isDisguise: boolean } | null;
  /** What loading it would fetch from Python modules: each once, unknown ones first. */
  readonly imports: readonly ImportFact[];
  /** Before the cap. */
  readonly importsTotal: number;
  /** What no honest saver writes, one sentence each. */
  readonly problems: readonly string[];
  /** What was not looked into, one sentence each. */
  readonly unread: readonly string[];
}

export interface ImportFact {
  /** `module.name`; with question marks where it is worked out only when the file is loaded. */
  readonly name: string;
  /** Path inside the archive; empty for the file itself. */
  readonly inside: string;
  /** Byte of the opcode, in what is unpacked. */
  readonly at: number;
  /** Whether it is called, made an object of, or given a state. */
  readonly isCalled: boolean;
  /** Whether savers of weights write it themselves, and it only builds values. */
  readonly isKnown: boolean;
  /** Whether it does whatever its arguments say: then that base has it, too, says nothing. */
  readonly runsAnything: boolean;
}

export interface TensorFacts {
  /** Tensors and numbers in them, per revision. */
  readonly tensors: { readonly base: number; readonly head: number };
  readonly numbers: { readonly base: number; readonly head: number };
  /** Tensors of equal bytes at both revisions. */
  readonly same: number;
  /** Norm of the difference over the norm of base, over all tensors of floating numbers that were compared; null without. */
  readonly relativeNorm: number | null;
  /** All but the equal ones, largest change first. */
  readonly changes: readonly TensorChange[];
}

export interface TensorForm {
  readonly type: string;
  readonly shape: readonly number[];
  /** Elements that are no number, and infinite ones. */
  readonly nans: number;
  readonly infinities: number;
}

/** What became of one tensor. `uncompared`: its bytes differ, and its numbers are not read. */
export interface TensorChange {
  readonly name: string;
  readonly kind: 'same' | 'added' | 'removed' | 'retyped' | 'changed' | 'uncompared';
  readonly base: TensorForm | null;
  readonly head: TensorForm | null;
  /** Of `changed` ones; null else. */
  readonly change: ChangeFigures | null;
}

export interface ChangeFigures {
  /** Share of the elements that differ. */
  readonly share: number;
  /** Norm of the difference over the norm of base (Frobenius); infinite where base is zero. */
  readonly relativeNorm: number;
  /** Cosine of the angle between base and head; 0 where one is zero. */
  readonly cosine: number;
  /**
   * Effective rank of the difference as a matrix [first axis, others] (Roy and Vetterli 2007, eq. 4), and the most that
   * it could be; null for vectors and where it would take too long.
   */
  readonly effectiveRank: { readonly value: number; readonly most: number } | null;
  /**
   * By how much of themselves 99 of 100 of the elements that moved have moved at most, rounded up to a power of two.
   * Of single and double precision; null else.
   */
  readonly usualStep: number | null;
}

/** Checks what the checks of weights rely on. Throws a plain Error: a breach is a bug of ours. */
export function checkWeights({ change, base, head, tensors, tensorsUnread }: WeightFacts): void {
  const isAlone = change === 'added' || change === 'removed';
  if ((base === null) !== isAlone || (head === null) !== (change === 'removed'))
    throw new Error(
      `weights: ${change}, base ${base === null ? 'absent' : 'there'}, head ${head === null ? 'absent' : 'there'}`,
    );
  if ((tensors === null) !== (tensorsUnread !== null)) throw new Error('weights: tensors or why there are none');
  for (const side of [base, head])
    if (side && side.importsTotal < side.imports.length)
      throw new Error(`weights: ${side.imports.length} of ${side.importsTotal} imports`);
  for (const { name, kind, base: one, head: other, change: figures } of tensors?.changes ?? []) {
    const isFit = (one !== null) === (kind !== 'added') && (other !== null) === (kind !== 'removed');
    if (kind === 'same' || !isFit || (figures !== null) !== (kind === 'changed'))
      throw new Error(`tensor ${name}: ${kind}, base ${one?.type}, head ${other?.type}`);
    if (figures && !(figures.share >= 0 && figures.share <= 1 && figures.relativeNorm >= 0))
      throw new Error(`tensor ${name}: share ${figures.share}, relative norm ${figures.relativeNorm}`);
  }
}
