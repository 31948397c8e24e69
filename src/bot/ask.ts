import { z } from 'zod';

const text = (limit: number) => z.string().min(1).max(limit);
const sha = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);

/** One review that GitHub asks of the App, as far as the event tells it. No content of the repository. */
export const askSchema = z.object({
  installation: z.number().int().positive(),
  /** `owner/name` of the repository that is to be changed. */
  repository: z.string().regex(/^[\w.-]{1,100}\/[\w.-]{1,100}$/),
  /** Null for a group of a merge queue. */
  pull: z.number().int().positive().nullable(),
  base: z.object({ sha, ref: text(300) }),
  /** `repository` is null where the event does not tell it, or the fork is gone. */
  head: z.object({ sha, ref: text(300), repository: text(201).nullable() }),
  /** When the pull request was last changed, milliseconds since 1970: events arrive in any order. Zero: not known. */
  at: z.number().int().nonnegative(),
});

export type Ask = z.infer<typeof askSchema>;

/** Names the one run of a repository and head commit: in the store, in the queue, and as the check run's external id. */
export function runKey({ repository, head }: { repository: string; head: { sha: string } }): string {
  return `${repository.toLowerCase()}@${head.sha}`;
}
