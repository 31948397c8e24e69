import { connectGitHub } from '../adapters/github.ts';
import type { Log } from '../adapters/log.ts';
import type { Runner } from '../adapters/runner.ts';
import { describeError, UserError } from '../errors.ts';
import { readWritten } from './action-files.ts';
import { type Publishing, publishing } from './action-inputs.ts';
import { ofThisEvent } from './origin.ts';
import { eventPull } from './publish.ts';
import { publishAfterRun } from './publish-after-run.ts';
import { type Ground, publishReport } from './publish-report.ts';
import { readableConfiguration } from './tip-configuration.ts';

export interface PublishContext {
  readonly runner: Runner;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
}

/** `mode: publish`: what another job reviewed is validated, judged again and told. Answers the step's exit code. */
export async function publishMode({ runner, env, log }: PublishContext): Promise<0 | 2> {
  const token = runner.input('token') ?? env.GITHUB_TOKEN;
  if (!token)
    throw new UserError('no-token', 'mode: publish has no token.', {
      hint: 'Give `token: $' + '{{ github.token }}` and the job `permissions: {contents: read, pull-requests: write}`.',
    });
  const step = publishing(runner, { token, log });
  return runner.eventName === 'workflow_run' ? await publishAfterRun(step) : await publishBeside(step);
}

/** In the workflow of the pull request itself, where the job that reviewed is the required check. */
async function publishBeside(step: Publishing): Promise<0 | 2> {
  const { runner, files, log } = step;
  const review = ofThisEvent(await readWritten(files), runner);
  const { failure } = await publishReport(step, review, () => groundOf(step));
  if (failure === null) return 0;
  log.error(describeError(failure));
  return 2;
}

async function groundOf({ runner, token, log, configPath }: Publishing): Promise<Ground> {
  const github = await connectGitHub({ ...runner, token, log: log.line });
  const pull = await eventPull(github, runner);
  const config =
    pull === null ? null : await readableConfiguration(github, { branch: pull.baseRef, path: configPath, log });
  return { github, pull, config, changed: null };
}
