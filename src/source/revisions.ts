import { type Repository, WORKTREE } from './repository.ts';

export interface Revisions {
  /** Full commit ids; head may be WORKTREE. */
  readonly base: string;
  readonly head: string;
}

/** `--head` defaults to HEAD, `--base` to the merge base of head with the default branch. */
export async function resolveRevisions(
  repository: Repository,
  asked: { readonly base: string | null; readonly head: string | null },
): Promise<Revisions> {
  const head = asked.head === WORKTREE ? WORKTREE : await repository.resolve(asked.head ?? 'HEAD');
  if (asked.base !== null) return { base: await repository.resolve(asked.base), head };
  const tip = await repository.resolve(await repository.defaultBranch());
  return { base: await repository.mergeBase(tip, head === WORKTREE ? await repository.resolve('HEAD') : head), head };
}
