import { z } from 'zod';
import type { Ask } from './ask.ts';

/** What GitHub says of a workflow run. */
export interface WorkflowRun {
  readonly id: number;
  readonly event: string;
  readonly branch: string | null;
  /** Path of the workflow's file; GitHub may add `@` and a ref. */
  readonly path: string;
  readonly repository: string;
  readonly headRepository: string | null;
  readonly title: string;
  readonly status: string | null;
  readonly conclusion: string | null;
}

export interface Started {
  readonly repository: string;
  readonly branch: string;
  /** Name of the file in `.github/workflows`. */
  readonly workflow: string;
}

const TITLE = 'Taster ';

/** The inputs of the workflow: all strings, as GitHub wants them. `nonce` names this try and no other. */
export function workflowInputs(ask: Ask, nonce: string): Readonly<Record<'head' | 'base' | 'pull' | 'run', string>> {
  return { head: ask.head.sha, base: ask.base.sha, pull: String(ask.pull ?? ''), run: nonce };
}

/** What the workflow's `run-name` makes of the input `run`: how a run is found whose id GitHub did not tell. */
export const runTitle = (nonce: string): string => `${TITLE}${nonce}`;

/**
 * Whether a workflow run is the one that the App started: the configured file, as it stands on the default branch of
 * the very repository, started by request. A run of a pull request has none of these but perhaps the title.
 */
export function isStarted(run: WorkflowRun, { repository, branch, workflow }: Started): boolean {
  const here = repository.toLowerCase();
  return (
    run.event === 'workflow_dispatch' &&
    run.branch === branch &&
    run.path.split('@', 1)[0] === `.github/workflows/${workflow}` &&
    run.repository.toLowerCase() === here &&
    run.headRepository?.toLowerCase() === here
  );
}

export interface EndedWorkflow {
  readonly repository: string;
  readonly id: number;
  /** Null where the title is not one that the workflow gives itself. */
  readonly nonce: string | null;
}

const ended = z.object({
  repository: z.object({ full_name: z.string().max(201) }),
  workflow_run: z.object({
    id: z.number().int().positive(),
    event: z.string(),
    display_title: z.string().max(1000).nullish(),
  }),
});

/** The started workflow that an event says has ended; a hint to look, no more. Null for any other event. */
export function endedWorkflow(payload: unknown): EndedWorkflow | null {
  const event = ended.safeParse(payload).data;
  if (event?.workflow_run.event !== 'workflow_dispatch') return null;
  const { id, display_title: title } = event.workflow_run;
  const nonce = title?.startsWith(TITLE) ? title.slice(TITLE.length) : null;
  return { repository: event.repository.full_name, id, nonce };
}
