import { connectGitHub, type GitHub, type Posted, type Pull } from '../adapters/github.ts';
import type { Log } from '../adapters/log.ts';
import { field, type Runner, textField } from '../adapters/runner.ts';
import type { Config } from '../config/config.ts';
import { defaultConfig } from '../config/defaults.ts';
import { parseConfig } from '../config/parse.ts';
import { oneLine, UserError } from '../errors.ts';
import type { Marker } from '../report/marker.ts';
import type { Review } from '../review/review.ts';
import { stickReview } from './stick-review.ts';

export interface PublishOptions {
  readonly review: Review;
  readonly runner: Runner;
  readonly token: string;
  readonly id: string;
  /** When to comment; null: what the configuration at the target branch's tip says. */
  readonly comment: Config['comment'] | null;
  /** Path of that configuration inside the repository. */
  readonly configPath: string;
  readonly log: Log;
}

/**
 * Posts a review as the pull request's comment. The review may come from another job: its repository and commit must
 * be those of the event, its pull request is found by the event, never by the review.
 */
export async function publishReview(options: PublishOptions): Promise<Posted | 'no-pull'> {
  const { runner, log } = options;
  // A run of GitHub is named by GitHub; what the file says of it orders nothing.
  const review = { ...options.review, run: eventRun(runner) };
  verifyOrigin(review, runner);
  if (options.comment === 'never') return 'not-needed';
  const github = await connectGitHub({ ...runner, token: options.token, log: log.line });
  const pull = await findPull(github, runner, review);
  if (pull === null) {
    log.line('There is no open pull request to comment on; the report stands in the job summary.');
    return 'no-pull';
  }
  const comment = options.comment ?? (await configuredComment(github, pull, options));
  if (comment === 'never') return 'not-needed';
  const mine: Marker = { id: options.id, sha: review.head.sha, run: review.run.id, attempt: review.run.attempt };
  const links = { server: runner.server, repository: runner.repository };
  const posted = await stickReview(github, { review, pull, mine, when: comment, links });
  tell(posted, log);
  return posted;
}

/** The job that publishes has no checkout and believes no artifact: it asks GitHub for the configuration. */
export async function configuredComment(
  github: GitHub,
  pull: Pull,
  { configPath, log }: Pick<PublishOptions, 'configPath' | 'log'>,
): Promise<Config['comment']> {
  const bytes = await github.readFile({ path: configPath, branch: pull.baseRef });
  if (bytes === null) return defaultConfig.comment;
  try {
    return parseConfig(bytes, { path: configPath }).comment;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    log.line(`${configPath} of ${oneLine(pull.baseRef, 100)} cannot be read; the comment is written as without it.`);
    return defaultConfig.comment;
  }
}

function eventRun(runner: Runner): { id: string; attempt: number } {
  if (runner.eventName !== 'workflow_run') return runner.run;
  const id = field(runner.event, 'workflow_run', 'id');
  const attempt = field(runner.event, 'workflow_run', 'run_attempt');
  return { id: String(id ?? ''), attempt: typeof attempt === 'number' ? attempt : 1 };
}

/** The commit that the event speaks of; null where it speaks of none. */
function eventHead({ eventName, event, sha }: Runner): string | null {
  if (eventName === 'workflow_run') return textField(event, 'workflow_run', 'head_sha');
  if (eventName === 'merge_group') return textField(event, 'merge_group', 'head_sha');
  return textField(event, 'pull_request', 'head', 'sha') ?? sha;
}

function verifyOrigin(review: Review, runner: Runner): void {
  const head = eventHead(runner);
  const wrong =
    review.repository?.toLowerCase() !== runner.repository.toLowerCase()
      ? `of ${oneLine(review.repository ?? 'no repository', 100)}, not of ${runner.repository}`
      : review.head.sha !== head
        ? `of commit ${oneLine(review.head.sha, 64)}, not of ${head ?? 'a commit of this event'}`
        : null;
  if (wrong === null) return;
  throw new UserError('review-origin', `The review is ${wrong}: it is not published.`, {
    hint: 'Publish the artifact of the very run that reviewed this change.',
  });
}

async function findPull(github: GitHub, { eventName, event }: Runner, review: Review): Promise<Pull | null> {
  const number = field(event, 'pull_request', 'number');
  if (typeof number === 'number') return await github.pull(number);
  if (eventName !== 'workflow_run') return null;
  const owner = textField(event, 'workflow_run', 'head_repository', 'owner', 'login');
  const branch = textField(event, 'workflow_run', 'head_branch');
  return owner && branch ? await github.findPull({ owner, branch, sha: review.head.sha }) : null;
}

function tell(posted: Posted, log: Log): void {
  if (posted === 'forbidden')
    log.warning(
      'The token may not comment here (a pull request from a fork has a read-only token); the report stands in the job summary.',
    );
  else if (posted === 'newer-there') log.line('The comment tells of a newer run and was left as it is.');
  else log.line(`The comment: ${posted}.`);
}
