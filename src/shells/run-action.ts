import { isAbsolute, relative, resolve } from 'node:path';
import type { Log } from '../adapters/log.ts';
import type { Runner } from '../adapters/runner.ts';
import { UserError } from '../errors.ts';
import { annotations, remarkCount, workflowCommand } from '../report/annotations.ts';
import { plural } from '../report/quantity.ts';
import type { Review } from '../review/review.ts';
import { exitCode, recomputeVerdict } from '../review/verdict.ts';
import { writeForms } from './action-files.ts';
import { filesOf, input, linksOf, publishing } from './action-inputs.ts';
import { publishReview } from './publish.ts';
import { publishMode } from './publish-mode.ts';
import { tellReview } from './tell-review.ts';
import { type Change, changeOf } from './where.ts';

/** What the action asks of the review; `null` leaves an option to the configuration. */
export interface Asked {
  readonly repo: string;
  readonly configPath: string;
  readonly change: Change;
  readonly repository: string;
  readonly run: Review['run'];
  readonly budgetSeconds: number | null;
  readonly device: Device;
  readonly runtimePath: string | null;
  readonly registry: string | null;
  readonly token: string | null;
}

export interface Answer {
  readonly review: Review;
  readonly config: { readonly comment: Comment };
  readonly skipped: boolean;
  /** Data sets that could not be read: no verdict, even where nothing is gated. */
  readonly unreadable: readonly string[];
}

export interface ActionContext {
  readonly runner: Runner;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  review(asked: Asked): Promise<Answer>;
}

type Device = 'auto' | 'cpu' | 'webgpu' | 'cuda';
type Comment = 'always' | 'on-findings' | 'never';
type Switch = 'fail' | 'pass' | null;

/** One step of a workflow: reviews, or publishes. Answers the exit code of the step: 0, 1 or 2. */
export async function runAction(context: ActionContext): Promise<0 | 1 | 2> {
  const mode = context.runner.input('mode') ?? 'review';
  if (mode === 'shard' || mode === 'merge')
    throw new UserError('not-in-this-version', `mode: ${mode} is not in this version.`, {
      hint: 'Use mode: review, in one job.',
    });
  return input(context.runner, 'mode') === 'publish' ? await publishMode(context) : await review(context);
}

async function review({ runner, log, review }: ActionContext): Promise<0 | 1 | 2> {
  const change = changeOf(runner);
  if (runner.eventName === 'pull_request_target')
    log.warning('pull_request_target hands a token that can write to what opens the change: use pull_request.');
  const token = runner.input('token');
  const { review: found, ...answer } = await review({
    repo: inside(runner.workspace, String(input(runner, 'working-directory'))),
    configPath: String(input(runner, 'config')),
    change,
    repository: runner.repository,
    run: runner.run,
    budgetSeconds: input(runner, 'budget') as number | null,
    device: input(runner, 'device') as Device,
    runtimePath: input(runner, 'runtime-path') as string | null,
    registry: input(runner, 'registry') as string | null,
    token,
  });
  const told = judged(found, runner);
  const files = filesOf(runner);
  await writeForms(told, files, { isNew: true, links: linksOf(runner) });
  const remarks = annotations(told);
  for (const remark of remarks) log.command(workflowCommand(remark));
  const rest = remarkCount(told) - remarks.length;
  if (rest > 0) log.line(`${plural(rest, 'more remark')}, not shown beside the lines: see the job summary.`);
  for (const line of answer.unreadable) log.error(line);
  tellReview(told, { files, skipped: answer.skipped, runner, log });
  if (token !== null) {
    const at = publishing(runner, { token, log });
    await publishReview(told, { ...at, comment: at.comment ?? answer.config.comment }).catch((error: unknown) => {
      if (!(error instanceof UserError && error.infrastructure)) throw error;
      // The verdict is there and stands in the summary: GitHub's bad minute does not change it.
      log.warning(`${error.message} ${error.hint}`);
    });
  }
  const code = exitCode(told.verdict);
  return code === 0 && answer.unreadable.length > 0 ? 2 : code;
}

/** The review with the verdict that its findings give; the written one is believed only where it is worse. */
function judged(review: Review, runner: Runner): Review {
  const onUnknown = input(runner, 'on-unknown') as Switch;
  const switched = onUnknown === null ? review : { ...review, onUnknown };
  return { ...switched, verdict: recomputeVerdict(switched) };
}

function inside(workspace: string, path: string): string {
  const full = resolve(workspace, path);
  const way = relative(workspace, full);
  if (!way.startsWith('..') && !isAbsolute(way)) return full;
  throw new UserError('option-invalid', 'working-directory leads out of the workspace.', {
    hint: 'Name a folder inside the workspace.',
  });
}
