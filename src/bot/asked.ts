import { z } from 'zod';
import { type Ask, askSchema } from './ask.ts';

const branch = z.object({ sha: z.string(), ref: z.string(), repo: z.object({ full_name: z.string() }).nullish() });
const installed = {
  installation: z.object({ id: z.number() }),
  repository: z.object({ full_name: z.string() }),
};

const pullEvent = z.object({
  ...installed,
  pull_request: z.object({
    number: z.number(),
    draft: z.boolean().nullish(),
    updated_at: z.string(),
    base: branch,
    head: branch,
  }),
});

const groupEvent = z.object({
  ...installed,
  merge_group: z.object({ head_sha: z.string(), head_ref: z.string(), base_sha: z.string(), base_ref: z.string() }),
});

const named = z.object({ number: z.number(), base: branch, head: branch });
const checkEvent = z.object({
  ...installed,
  check_run: z.object({ head_sha: z.string(), pull_requests: z.array(named) }).optional(),
  check_suite: z.object({ head_sha: z.string(), pull_requests: z.array(named) }).optional(),
});

/** The review that an event of a pull request asks for; null for a draft, and for what is no such event. */
export function askedByPull(payload: unknown): Ask | null {
  const event = pullEvent.safeParse(payload).data;
  if (!event || event.pull_request.draft === true) return null;
  const { pull_request: pull, installation, repository } = event;
  return asked({
    installation: installation.id,
    repository: repository.full_name,
    pull: pull.number,
    base: { sha: pull.base.sha, ref: pull.base.ref },
    head: { sha: pull.head.sha, ref: pull.head.ref, repository: pull.head.repo?.full_name ?? null },
    at: Date.parse(pull.updated_at),
  });
}

/** The review of what a merge queue is about to merge; null for what is no such event. */
export function askedByGroup(payload: unknown): Ask | null {
  const event = groupEvent.safeParse(payload).data;
  if (!event) return null;
  const { merge_group: group, installation, repository } = event;
  const ref = (text: string) => text.replace(/^refs\/heads\//, '');
  return asked({
    ...{ installation: installation.id, repository: repository.full_name, pull: null, at: 0 },
    base: { sha: group.base_sha, ref: ref(group.base_ref) },
    head: { sha: group.head_sha, ref: ref(group.head_ref), repository: repository.full_name },
  });
}

export interface AskedAgain {
  readonly repository: string;
  readonly head: string;
  /** What the event itself knows of the pull requests: nothing where they come from a fork. */
  readonly asks: readonly Ask[];
}

/** What "Re-run" and "Re-run all checks" ask for; null for what is no such event. */
export function askedAgain(payload: unknown): AskedAgain | null {
  const event = checkEvent.safeParse(payload).data;
  const check = event?.check_run ?? event?.check_suite;
  if (!event || !check) return null;
  const { installation, repository } = event;
  const asks = check.pull_requests.flatMap(({ number, base, head }) => {
    const { sha, ref } = head;
    const ask = asked({
      ...{ installation: installation.id, repository: repository.full_name, pull: number, at: 0 },
      ...{ base: { sha: base.sha, ref: base.ref }, head: { sha, ref, repository: null } },
    });
    return ask !== null && sha === check.head_sha ? [ask] : [];
  });
  return { repository: repository.full_name, head: check.head_sha, asks };
}

function asked(ask: Ask): Ask | null {
  return askSchema.safeParse(ask).data ?? null;
}
