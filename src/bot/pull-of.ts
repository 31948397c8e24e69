import type { Ask } from './ask.ts';

/**
 * The pull request that a run is about: of a merge group the one that GitHub names in the group's branch, which it makes
 * itself. Null where none can be told.
 */
export function pullOf({ pull, head }: Pick<Ask, 'pull' | 'head'>): number | null {
  if (pull !== null) return pull;
  const number = /^gh-readonly-queue\/.+\/pr-([1-9]\d{0,8})-[0-9a-f]{40,64}$/.exec(head.ref)?.[1];
  return number === undefined ? null : Number(number);
}
