import { connectGitHub } from '../adapters/github.ts';
import { setStatus } from '../adapters/github-status.ts';
import { textField } from '../adapters/runner.ts';
import { describeError, UserError } from '../errors.ts';
import { DISBELIEF } from '../report/disbelief.ts';
import { type StatusLine, statusLine } from '../report/status-line.ts';
import type { Review } from '../review/review.ts';
import { readWritten } from './action-files.ts';
import type { Publishing } from './action-inputs.ts';
import { changedWorkflow } from './changed-workflow.ts';
import { findTarget } from './find-target.ts';
import { headOf, ofThisEvent, wrongOrigin } from './origin.ts';
import { type Ground, publishReport } from './publish-report.ts';
import { tipConfiguration } from './tip-configuration.ts';

/** What became of a run's review: the exit code of this step, and the commit status that tells of it; null for none. */
interface Ended {
  readonly code: 0 | 2;
  readonly status: StatusLine | null;
}

/**
 * After a run of the workflow that reviews: report, comment and commit status, from the default branch, with files
 * that the change cannot edit. A result that is missing, refused or not believed is told in the status, too: silence
 * would leave the commit with what an earlier run said of it.
 */
export async function publishAfterRun(step: Publishing): Promise<0 | 2> {
  const sha = headOf(step.runner);
  if (sha === null || !/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(sha))
    throw new UserError('event', 'workflow_run.head_sha of the event is not a full commit id.', {
      hint: 'Run the job again.',
    });
  const { code, status } = waiting(step) ?? (await publishRun(step, sha).catch(broken(step, sha)));
  if (status === null) return code;
  try {
    const became = await set(step, sha, status);
    step.log.line(became === 'set' ? `The status: ${status.state}.` : 'The status is of a later run and was left.');
    return code;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    step.log.error(describeError(error));
    return 2;
  }
}

/** A run that has only begun, or waits for somebody to let it: until it ends the commit has no verdict. */
function waiting({ runner: { event } }: Publishing): Ended | null {
  const pending = (description: string): Ended => ({ code: 0, status: { state: 'pending', description } });
  if (textField(event, 'workflow_run', 'conclusion') === 'action_required')
    return pending('The review waits until somebody approves its run.');
  return textField(event, 'action') === 'completed' ? null : pending('The review is running.');
}

/** The bug is what is told; that its status could not be set, too, changes nothing. */
function broken(step: Publishing, sha: string) {
  return async (error: unknown): Promise<never> => {
    await set(step, sha, errorStatus('Taster broke while it published.')).catch(() => {});
    throw error;
  };
}

async function publishRun(step: Publishing, sha: string): Promise<Ended> {
  const review = await readWritten(step.files)
    .then((read) => ofThisEvent(read, step.runner))
    .catch((error: unknown) => {
      if (error instanceof UserError) return error;
      throw error;
    });
  if (review instanceof UserError) return withoutReview(step, review);
  const { review: told, ground, failure } = await publishReport(step, review, () => groundOf(step, review, sha));
  if (failure !== null) step.log.error(describeError(failure));
  const code = failure === null ? 0 : 2;
  if (ground === null) return { code, status: errorStatus(reasonOf(failure)) };
  if (ground.config === null) return { code, status: null };
  const status = ground.changed === null ? statusLine(told) : { state: 'failure' as const, description: DISBELIEF };
  return { code, status };
}

/** All that is known of the change comes from GitHub: nothing of it is taken from the review. */
async function groundOf(step: Publishing, review: Review, sha: string): Promise<Ground> {
  const { runner, token, log, configPath } = step;
  const github = await connectGitHub({ ...runner, token, log: log.line });
  const { pull, branch } = await findTarget(github, runner, sha);
  if (branch === null) return { github, pull: null, config: null, changed: null };
  if (review.base.ref !== branch) throw wrongOrigin('for another target branch');
  const changed = await changedWorkflow(github, runner, { sha, branch });
  return { github, pull, changed, config: await tipConfiguration(github, { branch, path: configPath }) };
}

/** A run that failed before it had a review has told so itself; one that succeeded without any, or left another, has not. */
function withoutReview({ runner, log }: Publishing, reason: UserError): Ended {
  const status = errorStatus(reasonOf(reason));
  runner.summary(`### ❔ Taster: no verdict\n\n${status.description} This does not count as passed.`);
  runner.output('verdict', 'unknown');
  const isTold = reason.code === 'no-review' && textField(runner.event, 'workflow_run', 'conclusion') !== 'success';
  if (isTold) log.line(status.description);
  else log.error(describeError(reason));
  return { code: isTold ? 0 : 2, status };
}

const REASONS: Readonly<Record<string, string>> = {
  'no-review': 'The run that reviews ended without a result: see its log.',
  'review-origin': 'The result is of another repository, commit or target branch: it was refused.',
  'review-size': 'The result is too large: it was refused.',
  'pull-unclear': 'Several open pull requests have this commit: close all but one.',
  github: 'GitHub could not be asked: run the job that publishes again.',
};

/** In own words: of what was handed over nothing is quoted. */
function reasonOf(reason: UserError | null): string {
  const { code = '' } = reason ?? {};
  if (code.startsWith('config-')) return "The target branch's configuration cannot be read.";
  return REASONS[code] ?? `The result cannot be read (${code}): it was refused.`;
}

const errorStatus = (description: string): StatusLine => ({ state: 'error', description });

async function set({ runner, token, id, log }: Publishing, sha: string, status: StatusLine) {
  const runs = `${runner.server}/${runner.repository}/actions/runs/`;
  // A job that is run again is no newer than it was: the number of its run orders what runs say of one commit.
  const isLater = (there: string) => {
    const number = there.startsWith(runs) ? there.slice(runs.length) : '';
    return /^\d{1,20}$/.test(number) && BigInt(number) > BigInt(runner.run.id);
  };
  const url = runs + runner.run.id;
  return await setStatus({ ...runner, token, log: log.line }, { ...status, sha, context: id, url, isLater });
}
