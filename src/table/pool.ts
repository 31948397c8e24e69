import type { ColumnKind, ColumnSummary } from '../evidence/column.ts';
import type { RowCounts, Task } from '../evidence/evidence.ts';
import type { PoolRow } from '../evidence/rows.ts';
import type { Secrets } from '../evidence/secrets.ts';

/** How the columns of a data set are to be read. */
export interface TableOptions {
  readonly label: string | null;
  /** Where no label is named: whether one may be guessed from what base (else head) holds. */
  readonly guessLabel?: boolean | undefined;
  readonly classes: readonly string[] | null;
  readonly id: string | null;
  readonly group: string | null;
  readonly exclude: readonly string[];
  readonly text: readonly string[];
  /** The column of image paths. */
  readonly image?: string | null | undefined;
  /** Upper bound on pool rows; all change rows are in, base rows are sampled by hash. */
  readonly maxRows: number;
}

/** A column as it was read: its kind is decided once, on base (on head for a new data set). */
export interface PoolColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  /** [N] trimmed text per pool row; null for a missing value. */
  readonly values: readonly (string | null)[];
  /** For a column of images, once they are read: what the built-in slice sees of them. */
  readonly small?: SmallImages;
}

/** Images of N rows made small. */
export interface SmallImages {
  readonly height: number;
  readonly width: number;
  /** [N,H,W,3] red, green, blue in 0..255; zero where a row has no image. */
  readonly data: Uint8Array;
  /** [N] 1 where the image could be read. */
  readonly readable: Uint8Array;
  /** How the images were read, in a few words. */
  readonly words: string;
}

/** All rows of base and head, each distinct version once: what `features/` and `training/` work on. */
export interface Pool {
  readonly rows: readonly PoolRow[];
  /** [N] value of the group column, else null. */
  readonly groups: readonly (string | null)[];
  readonly task: Task;
  readonly classes: readonly string[];
  readonly columns: readonly PoolColumn[];
  readonly summaries: {
    readonly base: readonly ColumnSummary[] | null;
    readonly head: readonly ColumnSummary[] | null;
  };
  readonly counts: RowCounts;
  readonly sampled: boolean;
  readonly remarks: readonly string[];
  /** What a scan of all cells found; absent where none was asked for. */
  readonly secrets?: Secrets;
}

/** Columns that the options name: a file whose first record holds one has a header. */
export function declaredColumns({
  label,
  id,
  group,
  exclude,
  text,
  image = null,
}: Omit<TableOptions, 'maxRows'>): string[] {
  return [label, id, group, ...exclude, ...text, image].filter((name) => name !== null);
}
