import { oneLine, UserError } from '../errors.ts';
import { commitBefore } from '../source/commit-before.ts';
import type { Repository } from '../source/repository.ts';
import type { Change } from './where.ts';

/** Full commit ids, and what is to be said of how they were found. */
export interface FoundBase {
  readonly base: string;
  readonly head: string;
  /** Whose configuration counts. */
  readonly tip: string;
  readonly notes: readonly string[];
}

const DAY = 86_400;

/**
 * Finds the commit that an event's head is compared with. A change is judged by the configuration that stood before it;
 * a scheduled review, which has no author to fear, by the one that stands now. `now` is in milliseconds since 1970.
 * Throws a UserError where this clone does not reach back to it.
 */
export async function findBase(repository: Repository, { base, head }: Change, now: number): Promise<FoundBase> {
  const at = await repository.resolve(head.sha);
  if (base.from === 'target') return await sinceTarget(repository, at, base.tip, []);
  const branch = base.ref === null ? 'the branch' : oneLine(base.ref, 100);
  const sinceThen = () => sinceDays(repository, at, { days: base.days, branch, now });
  if (base.from === 'days') return { ...(await sinceThen()), tip: at };
  const known = base.before === null ? null : await resolveOrFetch(repository, base.before);
  if (known !== null) {
    const tip = base.target === null ? known : await repository.resolve(base.target);
    return { base: known, head: at, tip, notes: [] };
  }
  const lost =
    base.before === null
      ? `The push made ${branch}: there is no commit before it.`
      : `The commit before this push (${base.before.slice(0, 12)}) is gone, as after a force-push, and cannot be fetched.`;
  if (base.target !== null) return await sinceTarget(repository, at, base.target, [lost]);
  const found = await sinceThen();
  return { ...found, tip: found.base, notes: [lost, ...found.notes] };
}

async function sinceTarget(
  repository: Repository,
  head: string,
  target: string,
  lost: readonly string[],
): Promise<FoundBase> {
  const tip = await repository.resolve(target);
  const base = await repository.mergeBase(tip, head);
  const instead = lost.length > 0 ? [...lost, `Compared with the merge base with ${oneLine(target, 100)}.`] : [];
  return { base, head, tip, notes: [...instead, ...(base === head && lost.length > 0 ? [NOTHING] : [])] };
}

const NOTHING = 'Nothing is left to compare.';

async function sinceDays(
  repository: Repository,
  head: string,
  { days, branch, now }: { readonly days: number; readonly branch: string; readonly now: number },
): Promise<Omit<FoundBase, 'tip'>> {
  const seconds = Math.floor(now / 1000);
  const found = commitBefore(await repository.firstParents(head), { from: seconds - days * DAY, now: seconds });
  if (found === null)
    throw new UserError('shallow-clone', `This clone of ${branch} does not reach back ${days} days.`, {
      hint: 'Check out with `fetch-depth: 0`.',
    });
  const base = found.sha;
  const since = found.isFirst
    ? `All commits of ${branch} are younger than ${days} days: compared with its first.`
    : `Compared with the last commit of ${branch} that is at least ${days} days old.`;
  const none = found.isFirst
    ? `${branch} has one commit: nothing is to be compared.`
    : `No commit of ${branch} is younger than ${days} days: nothing is to be compared.`;
  return { base, head, notes: [base === head ? none : since] };
}

async function resolveOrFetch(repository: Repository, sha: string): Promise<string | null> {
  const orNull = (error: unknown) => {
    if (error instanceof UserError) return null;
    throw error;
  };
  const found = await repository.resolve(sha).catch(orNull);
  if (found !== null) return found;
  const fetched = await repository.fetchCommit(sha).then(() => true, orNull);
  return fetched === null ? null : await repository.resolve(sha).catch(orNull);
}
