import type { Review } from '../review/review.ts';

/** Why nothing can be said about a data set, in one sentence; null where it was read and holds rows. */
export function unreadableSide(review: Review, name: string, hasHead: boolean): string | null {
  const read = review.data.find((data) => data.name === name);
  if (read) return hasHead && read.rows.head === 0 ? `${read.path} holds no rows at the reviewed revision.` : null;
  return review.findings.find((f) => f.subject.data === name && f.outcome === 'error')?.summary ?? name;
}
