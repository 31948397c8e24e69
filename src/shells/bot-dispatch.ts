import { randomBytes } from 'node:crypto';
import type { BotDispatches, Dispatch } from '../adapters/bot-dispatches.ts';
import type { Run } from '../adapters/bot-store.ts';
import { connectGitHub } from '../adapters/github.ts';
import { connectWorkflows, type GitHubWorkflows } from '../adapters/github-workflows.ts';
import { makeLog } from '../adapters/log.ts';
import { ARTIFACT_BYTES, artifactReview } from '../bot/artifact-review.ts';
import { isStarted, runTitle, type WorkflowRun, workflowInputs } from '../bot/dispatched.ts';
import type { WorkerResult } from '../bot/worker-protocol.ts';
import { oneLine, UserError } from '../errors.ts';
import { exitCode, recomputeVerdict } from '../review/verdict.ts';
import type { BotEngine } from './bot-engine.ts';
import { readableConfiguration } from './tip-configuration.ts';

export interface DispatchOptions {
  readonly dispatches: BotDispatches;
  readonly api: string;
  readonly server: string;
  /** Name of the file in `.github/workflows`. */
  readonly workflow: string;
  token(ask: Run['ask'], scope: 'all'): Promise<string>;
  now(): number;
  /** The longest that a workflow may take, its wait for a runner included, in milliseconds. */
  readonly longestMs?: number;
  log(line: string): void;
}

const ARTIFACT = 'taster';
const CONFIG = '.github/taster.yml';
const LONGEST_MS = 2 * 3600_000;
/** A run that was asked for and is nowhere to be seen. */
const UNSEEN_MS = 10 * 60_000;
/** GitHub's clock and ours. */
const CLOCKS_APART_MS = 5 * 60_000;

/** Reviews made by the repository's own workflow, which the App starts on the default branch and whose artifact it reads. */
export function dispatchEngine(options: DispatchOptions): BotEngine {
  const { dispatches, workflow, now, log } = options;
  const longestMs = options.longestMs ?? LONGEST_MS;
  const connect = async (run: Run) => {
    const { repository } = run.ask;
    return { token: await options.token(run.ask, 'all'), repository, api: options.api, log };
  };
  const find = async (workflows: GitHubWorkflows, { repository }: Run['ask'], dispatch: Dispatch, branch: string) => {
    const { nonce, startedAt } = dispatch;
    const since = new Date(startedAt.getTime() - CLOCKS_APART_MS);
    const runs = await workflows.started({ workflow, branch, since });
    const isOurs = (found: WorkflowRun) => isStarted(found, { repository, branch, workflow });
    return runs.find((found) => found.title === runTitle(nonce) && isOurs(found))?.id ?? null;
  };
  const place = (run: Run, workflowRun: number) =>
    `${options.server}/${run.ask.repository}/actions/runs/${workflowRun}`;

  return {
    async review(run, { checks, id }) {
      const workflows = await connectWorkflows(await connect(run));
      const branch = await workflows.defaultBranch();
      const dispatch = await dispatches.claim(run, randomBytes(16).toString('hex'));
      // Shown already; and once more might open a check that has its conclusion by now.
      if (dispatch.workflowRun !== null) return null;
      const inputs = workflowInputs(run.ask, dispatch.nonce);
      const there = dispatch.isNew ? null : await find(workflows, run.ask, dispatch, branch);
      const started = there ?? (await workflows.start({ workflow, branch, inputs }));
      const where = started === null ? '' : ` [Its log](${place(run, started)}) tells how far it is.`;
      const summary = `The repository's own workflow makes the review.${where}`;
      await checks.show(id, 'in_progress', { title: 'The workflow is running', summary });
      if (started !== null) await dispatches.running(run, started);
      return null;
    },

    async collect(run) {
      const dispatch = await dispatches.of(run);
      if (dispatch === null) return null;
      const common = await connect(run);
      const workflows = await connectWorkflows(common);
      const branch = await workflows.defaultBranch();
      const age = now() - dispatch.startedAt.getTime();
      const id = dispatch.workflowRun ?? (await find(workflows, run.ask, dispatch, branch));
      if (id === null) {
        if (age < Math.min(UNSEEN_MS, longestMs)) return null;
        throw noReview(`was started and is not to be found by its name "Taster" and the input run`);
      }
      if (dispatch.workflowRun === null) await dispatches.running(run, id);
      const found = await workflows.run(id);
      if (found === null) throw noReview('is gone');
      const { repository } = run.ask;
      if (!isStarted(found, { repository, branch, workflow }))
        throw noReview('is not the one that the App starts on the default branch');
      if (found.status !== 'completed') {
        if (age < longestMs) return null;
        await workflows.cancel(id);
        throw noReview(`did not end within ${Math.round(longestMs / 60_000)} minutes and was stopped`);
      }
      if (found.conclusion !== 'success' && found.conclusion !== 'failure')
        throw noReview(`ended as ${oneLine(found.conclusion ?? 'nothing', 40)}`);

      const review = artifactReview(await archive(workflows, id), {
        ask: run.ask,
        mergeBase: await workflows.mergeBase(run.ask.base.sha, run.ask.head.sha),
      });
      const tip = { branch: run.ask.base.ref, path: CONFIG, log: makeLog((text) => log(text.trimEnd())) };
      const { comment } = await readableConfiguration(await connectGitHub(common), tip);
      const isUnexplained = found.conclusion === 'failure' && exitCode(recomputeVerdict(review)) === 0;
      return {
        review: { ...review, run: { id: String(run.number), attempt: run.attempt } },
        comment,
        unreadable: isUnexplained
          ? ['The workflow failed, and its review breaks no gate: data that could not be read, or another step.']
          : [],
      } satisfies WorkerResult;
    },

    async drop(run) {
      const id = (await dispatches.of(run))?.workflowRun ?? null;
      if (id === null) return;
      const workflows = await connectWorkflows(await connect(run));
      await workflows.cancel(id).catch((error: Error) => log(`${run.key}: not stopped: ${oneLine(error.message)}`));
    },
  };
}

async function archive(workflows: GitHubWorkflows, id: number): Promise<Buffer> {
  const [artifact, ...more] = await workflows.artifacts(id, ARTIFACT);
  if (!artifact) throw noReview(`ended without an artifact named ${ARTIFACT}`);
  if (more.length > 0) throw noReview(`left more than one artifact named ${ARTIFACT}`);
  if (artifact.expired) throw noReview('left an artifact that has expired');
  if (artifact.bytes > ARTIFACT_BYTES)
    throw noReview(`left an artifact of ${artifact.bytes} bytes, at most ${ARTIFACT_BYTES} are read`);
  return await workflows.download(artifact.id, ARTIFACT_BYTES);
}

function noReview(problem: string): UserError {
  return new UserError('workflow', `The repository's workflow ${problem}: there is no review.`, {
    hint: 'Look at its log, then run this check again.',
  });
}
