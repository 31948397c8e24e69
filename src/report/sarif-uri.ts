/** Longest path that is written out, in UTF-16 units: as long as a review lets one be. */
export const PATH_LIMIT = 1000;

export interface SarifUri {
  readonly uri: string;
  /** True where only the end of the path is written. */
  readonly cut: boolean;
}

/**
 * A path of the review as a relative reference, percent-encoded. What could lead a viewer out of the repository (an
 * empty part, `.`, `..`, a drive, a backslash) becomes an underscore: such a path names no file of git.
 */
export function sarifUri(path: string): SarifUri {
  const cut = path.length > PATH_LIMIT;
  const kept = cut ? `_/${path.slice(-PATH_LIMIT)}` : path;
  return { uri: kept.split('/').map(safeSegment).join('/'), cut };
}

function safeSegment(segment: string, index: number): string {
  if (segment === '' || segment === '.' || segment === '..') return '_';
  const plain = segment.replaceAll(/[\\\0]/g, '_');
  return encodeURIComponent((index === 0 ? plain.replace(/^([a-z]):/i, '$1_') : plain).toWellFormed());
}
