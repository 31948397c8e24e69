import { z } from 'zod';
import { runKey } from './ask.ts';

/** A pull request, or one head of a merge queue, of which no review is wanted any more. */
export interface Left {
  /** `owner/name` in small letters. */
  readonly repository: string;
  readonly pull: number | null;
  /** Key of a merge queue's run. */
  readonly key: string | null;
  /** Milliseconds since 1970; a pull request that is opened again later is reviewed again. */
  readonly at: number;
}

/** Repositories that the App may no longer see; `repositories` is null for all of the installation. */
export interface Removed {
  readonly installation: number;
  readonly repositories: readonly string[] | null;
}

const repository = z.object({ full_name: z.string() });
const pullClosed = z.object({ repository, pull_request: z.object({ number: z.number(), updated_at: z.string() }) });
const groupDestroyed = z.object({ repository, merge_group: z.object({ head_sha: z.string() }) });
const removed = z.object({
  installation: z.object({ id: z.number() }),
  repositories_removed: z.array(repository).optional(),
});

/** What a closed pull request, or a merge group that is gone, leaves; null for what is no such event. */
export function leftBy(payload: unknown): Left | null {
  const pull = pullClosed.safeParse(payload).data;
  if (pull) {
    const { number, updated_at } = pull.pull_request;
    const at = Date.parse(updated_at);
    return Number.isNaN(at) ? null : { ...{ repository: pull.repository.full_name.toLowerCase(), at }, pull: number, key: null }; // biome-ignore format: one idea
  }
  const group = groupDestroyed.safeParse(payload).data;
  if (!group) return null;
  const { full_name } = group.repository;
  const key = runKey({ repository: full_name, head: { sha: group.merge_group.head_sha } });
  return { ...{ repository: full_name.toLowerCase(), pull: null, at: 0 }, key };
}

/** What an installation that was removed, suspended or narrowed can no longer see; null for what is no such event. */
export function removedBy(payload: unknown): Removed | null {
  const event = removed.safeParse(payload).data;
  if (!event) return null;
  const repositories = event.repositories_removed?.map(({ full_name }) => full_name.toLowerCase()) ?? null;
  return { installation: event.installation.id, repositories };
}
