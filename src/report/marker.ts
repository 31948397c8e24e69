/** What a sticky comment knows of itself: which review wrote it. */
export interface Marker {
  /** One comment per id and pull request. */
  readonly id: string;
  /** Head commit that was reviewed. */
  readonly sha: string;
  readonly run: string | null;
  readonly attempt: number | null;
}

const FORM = /^\s*<!-- taster id=(\S*) sha=(\S*) run=(\S*) attempt=(\d*) -->\s*(?:\n|$)/;

/** The hidden first line of a comment. Values are percent-encoded: none can end the HTML comment. */
export function marker({ id, sha, run, attempt }: Marker): string {
  return `<!-- taster id=${encode(id)} sha=${encode(sha)} run=${encode(run ?? '')} attempt=${attempt ?? ''} -->`;
}

/**
 * Reads the marker of a comment, or null. Only the first line counts: a marker that stands further down was put there
 * by foreign text. The caller must check the comment's author as well.
 */
export function readMarker(text: string): Marker | null {
  const found = FORM.exec(text.slice(0, 4000));
  if (!found) return null;
  const [, id = '', sha = '', run = '', attempt = ''] = found;
  try {
    return {
      id: decodeURIComponent(id),
      sha: decodeURIComponent(sha),
      run: run === '' ? null : decodeURIComponent(run),
      attempt: attempt === '' ? null : Number(attempt),
    };
  } catch {
    return null;
  }
}

function encode(value: string): string {
  return encodeURIComponent(value.toWellFormed().slice(0, 200).toWellFormed()).replaceAll('--', '%2D%2D');
}
