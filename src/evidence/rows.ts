/** The two states of the repository that a review compares. */
export type Revision = 'base' | 'head';

/**
 * How a row came to be where it is. A `changed` row (same id, other content) stands twice in the pool:
 * its old version (in base only) and its new one (in head only).
 */
export type RowChange = 'same' | 'moved' | 'added' | 'removed' | 'changed';

/** One row of the pool (all rows of base and of head, each distinct version once). Never its values. */
export interface PoolRow {
  /** Stable id: the id column's value, else the content hash and the ordinal among equals. */
  readonly id: string;
  /** Path inside the repository of the file that holds the row (at head where it is there, else at base). */
  readonly path: string;
  /** Zero-based position among the rows of that file (header not counted), at the same revision as `path`. */
  readonly ordinal: number;
  /** One-based line of the file where the row begins (quote-aware); null until someone reports the row. */
  readonly line: number | null;
  readonly inBase: boolean;
  readonly inHead: boolean;
  readonly change: RowChange;
  /** `holdout` rows are never trained on. */
  readonly split: 'train' | 'holdout';
  /** Index of the class (in `Evidence.classes`), the target's value for regression, null when there is none. */
  readonly label: number | null;
  /** Rows that go in and out of a shadow model together share a unit; base and change rows never do. */
  readonly unit: number;
  /** Hash of all declared columns, label included: equal hashes are exact copies. */
  readonly contentHash: string;
  /** Hash of the declared columns without the label: equal here and another label is a conflicting copy. */
  readonly featureHash: string;
}

/** Two pool rows (indices, a < b) whose features nearly agree; similarity in [0, 1], 1 for equal features. */
export interface NearCopy {
  readonly a: number;
  readonly b: number;
  readonly similarity: number;
}
