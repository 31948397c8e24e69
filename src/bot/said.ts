import { z } from 'zod';
import { commandLine } from './commands.ts';

/** A command as it was said: in a comment, or by a button of the check run. */
export interface Said {
  /** `comment/17`, or `button/` and the delivery: whoever it is told by, it is done once. */
  readonly id: string;
  readonly installation: number;
  /** `owner/name` */
  readonly repository: string;
  /** Null for a button: there the commit is known. */
  readonly pull: number | null;
  readonly head: string | null;
  readonly login: string;
  readonly line: string;
  /** Milliseconds since 1970, by GitHub's clock. */
  readonly at: number;
}

const installed = {
  installation: z.object({ id: z.number().int().positive() }),
  repository: z.object({ full_name: z.string().regex(/^[\w.-]{1,100}\/[\w.-]{1,100}$/) }),
};
/** People who wrote under a name of the form that GitHub gives; apps and bots have another. */
const person = z.object({ login: z.string().regex(/^[A-Za-z0-9_-]{1,100}$/), type: z.literal('User') });

const commentEvent = z.object({
  ...installed,
  issue: z.object({ number: z.number().int().positive(), pull_request: z.object({}) }),
  comment: z.object({ id: z.number().int().positive(), body: z.string(), user: person, created_at: z.string() }),
  sender: person,
});

const buttonEvent = z.object({
  ...installed,
  check_run: z.object({ head_sha: z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/) }),
  requested_action: z.object({ identifier: z.enum(['rerun', 'accept']) }),
  sender: person,
});

/** The command in a pull request's new comment; null for any other comment, and for one of a bot. */
export function saidInComment(payload: unknown): Said | null {
  const event = commentEvent.safeParse(payload).data;
  const line = event ? commandLine(event.comment.body) : null;
  const at = Date.parse(event?.comment.created_at ?? '');
  if (!event || line === null || Number.isNaN(at)) return null;
  if (event.sender.login !== event.comment.user.login) return null;
  return {
    ...{ id: `comment/${event.comment.id}`, installation: event.installation.id },
    ...{ repository: event.repository.full_name, pull: event.issue.number, head: null },
    ...{ login: event.comment.user.login, line, at },
  };
}

/** What a button of the check run says; null for what is no such event. */
export function saidByButton(delivery: string, payload: unknown, now: number): Said | null {
  const event = buttonEvent.safeParse(payload).data;
  if (!event) return null;
  return {
    ...{ id: `button/${delivery}`, installation: event.installation.id, repository: event.repository.full_name },
    ...{ pull: null, head: event.check_run.head_sha, login: event.sender.login },
    ...{ line: `/taster ${event.requested_action.identifier}`, at: now },
  };
}
