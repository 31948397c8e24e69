import type { FirstParents } from './repository.ts';

/**
 * The commit behind all that came to a branch after `from` (seconds since 1970): the newest commit where nothing did,
 * the first one where all did; null where the history at hand does not reach back so far.
 *
 * A date is what its committer wrote. A commit that claims to be old is not skipped where one below it is young; one
 * that claims to be of the future (beyond `now`) counts as young among the newest only, or a wrong clock long ago would
 * have the whole history reviewed each time.
 */
export function commitBefore(
  { commits, isWhole }: FirstParents,
  { from, now }: { readonly from: number; readonly now: number },
): { readonly sha: string; readonly isFirst: boolean } | null {
  const oldAt = commits.findIndex(({ seconds }) => seconds <= from);
  const newest = oldAt === -1 ? commits.length : oldAt;
  const young = Math.max(newest, commits.findLastIndex(({ seconds }) => seconds > from && seconds <= now) + 1);
  const found = commits[young];
  if (found) return { sha: found.sha, isFirst: false };
  const first = commits.at(-1);
  return isWhole && first ? { sha: first.sha, isFirst: true } : null;
}
