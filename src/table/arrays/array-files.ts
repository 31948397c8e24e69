import type { LocalFile } from '../sql.ts';

/** The rows of a file of arrays as text that the database reads. */
export interface ArrayRows {
  /** Tab-separated, without header, beside the file itself; under the repository's path of that file. */
  readonly file: LocalFile;
  readonly names: readonly string[];
  /** No line of the text is longer. */
  readonly lineBytes: number;
  readonly remarks: readonly string[];
  /** Takes the text away once it was read. */
  remove(): Promise<void>;
}

/**
 * Writes out the rows of a NumPy file (`.npy`, `.npz`); null for a file of another format. Throws a UserError for arrays
 * that are no table. Implemented by `adapters/read-arrays.ts`.
 */
export type ReadArrays = (file: LocalFile) => Promise<ArrayRows | null>;

/** So many bytes of a file tell whether it is one of arrays. */
export const ARRAY_MAGIC_BYTES = 6;

const MAGIC = ['\x93NUMPY', 'PK\x03\x04', 'PK\x05\x06'];

/** True for the first bytes of a NumPy array, or of a zip archive: no table of another format begins so. */
export function beginsLikeArrays(start: Uint8Array): boolean {
  const text = Buffer.from(start.subarray(0, ARRAY_MAGIC_BYTES)).toString('latin1');
  return MAGIC.some((magic) => text.startsWith(magic));
}

/** Bytes of text in one row at most: the database reads a line as a whole. */
export const LONGEST_ROW_BYTES = 2 ** 24;
