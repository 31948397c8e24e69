/** A Git LFS pointer file (version 1): the real file's SHA-256 and size. */
export interface LfsPointer {
  readonly sha256: string;
  readonly bytes: number;
}

/** Pointer files are smaller than this (the LFS specification's own limit). */
export const POINTER_LIMIT = 1024;

/** Reads a Git LFS pointer; null when the text is none. */
export function parseLfsPointer(text: string): LfsPointer | null {
  if (text.length > POINTER_LIMIT || !text.startsWith('version https://git-lfs.github.com/spec/v1')) return null;
  const sha256 = /^oid sha256:([0-9a-f]{64})$/m.exec(text)?.[1];
  const bytes = Number(/^size (\d{1,15})$/m.exec(text)?.[1] ?? Number.NaN);
  return sha256 !== undefined && Number.isSafeInteger(bytes) ? { sha256, bytes } : null;
}

/** The output of a `.dvc` file: MD5 and size of one file (a folder's MD5 ends with `.dir`). */
export interface DvcPointer {
  readonly md5: string;
  readonly folder: boolean;
  readonly bytes: number | null;
}

/** Reads the one output of a `.dvc` file (a small YAML file that DVC itself writes); null when the text is none. */
export function parseDvcPointer(text: string): DvcPointer | null {
  if (!/^outs:\s*$/m.test(text)) return null;
  const hashes = [...text.matchAll(/^[\s-]*md5:\s*['"]?([0-9a-f]{32})(\.dir)?['"]?\s*$/gm)];
  const inOuts = hashes.filter((match) => match.index > text.search(/^outs:/m));
  if (inOuts.length !== 1) return null;
  const size = /^\s+size:\s*(\d{1,15})\s*$/m.exec(text)?.[1];
  return { md5: inOuts[0]![1]!, folder: inOuts[0]![2] !== undefined, bytes: size === undefined ? null : Number(size) };
}
