import type { BotLog } from '../adapters/bot-log.ts';
import { type BotQueue, type Job, Postponed } from '../adapters/bot-queue.ts';
import type { BotStore, Run } from '../adapters/bot-store.ts';
import type { GitHubChecks } from '../adapters/github-checks.ts';
import type { GitHubOptions } from '../adapters/github-client.ts';
import { buttons } from '../bot/buttons.ts';
import {
  againOutput,
  type ConcludedCheck,
  concludedCheck,
  leftOutput,
  queuedOutput,
  stoppedOutput,
} from '../bot/check-output.ts';
import { type LedgerEntry, ledgerOf } from '../bot/ledger.ts';
import type { WorkerResult } from '../bot/worker-protocol.ts';
import { oneLine, UserError } from '../errors.ts';
import { recomputeVerdict } from '../review/verdict.ts';
import { botComment } from './bot-comment.ts';
import type { BotEngine } from './bot-engine.ts';
import type { BotSettle } from './bot-settle.ts';
import { type ConnectRunOptions, connectRun } from './connect-run.ts';

export interface BotRunsOptions extends ConnectRunOptions {
  readonly store: BotStore;
  readonly queue: BotQueue;
  readonly settle: BotSettle;
  readonly server: string;
  /** Reviews at once of one installation, in all processes; null sets none. */
  readonly installationLimit: number | null;
  readonly engine: BotEngine;
  /** Keeps the review for the run's page. */
  keep(run: Run, result: Pick<WorkerResult, 'review' | 'unreadable'>): Promise<void>;
  /** Address of the run's page; null where there is none. */
  pageOf(number: number): string | null;
  readonly log: BotLog;
}

const FULL_SECONDS = 2;
/** A review that is done waits for GitHub through an outage of ten minutes, or a limit of thirty. */
const CONCLUDING = { attempts: 7, budgetMs: 30 * 60_000 };

export type BotRuns = Readonly<Record<'announce' | 'review' | 'collect' | 'giveUp', (job: Job) => Promise<void>>>;

/** What is done with a run: shown as waiting, reviewed and concluded, or given up. Each may be done again after a fall. */
export function botRuns(options: BotRunsOptions): BotRuns {
  const { store, queue, settle, engine, log } = options;
  const connect = (run: Run, more: GitHubOptions['patience'] = {}) => connectRun(run, options, more);
  const checkOf = async (checks: GitHubChecks, run: Run): Promise<number> =>
    run.checkRun ??
    (await checks.ensure({
      ...{ key: run.key, sha: run.ask.head.sha, output: queuedOutput, page: options.pageOf(run.number) },
    }));
  const close = async (checks: GitHubChecks, run: Run, concluded: ConcludedCheck, findings: LedgerEntry[] = []) => {
    await checks.conclude(await checkOf(checks, run), concluded);
    // Asked for again, or left, in the very meantime: the job comes back and finds the run as it is now.
    if (!(await store.concluded(run, concluded.conclusion, findings))) throw new Error('the run has moved on');
    const { conclusion } = concluded;
    log(`${run.key}: ${conclusion}.`, { event: 'concluded', run: run.key, attempt: run.attempt, conclusion });
  };
  const leave = (checks: GitHubChecks, run: Run) =>
    close(checks, run, { conclusion: 'cancelled', output: leftOutput(run.leftFor), annotations: [] });
  const dropped = async (checks: GitHubChecks, run: Run) => {
    await engine.drop(run);
    await leave(checks, run);
  };
  /** What becomes of a review, whoever has made it; nothing as long as there is none. */
  const finish = async (run: Run, work: () => Promise<WorkerResult | null>): Promise<void> => {
    try {
      const result = await work();
      if (result === null) return;
      const judged = { ...result.review, verdict: recomputeVerdict(result.review) };
      const review = await settle.accepted(run, judged);
      await settle.remember(run, result);
      await options.keep(run, { ...result, review });
      // The token may have run out while the review went on; to wait costs less than to review once more.
      const { github, checks } = await connect(run, CONCLUDING);
      await botComment(github, { run, review, server: options.server, when: result.comment });
      await close(checks, run, concludedCheck(review, { ...result, server: options.server }), ledgerOf(review));
    } catch (error) {
      const now = await store.run(run.key);
      if (now === null || now.state === 'concluded') return;
      if (now.superseded) return await dropped((await connect(now)).checks, now);
      if (!(error instanceof UserError)) throw error;
      if (error.infrastructure) {
        const problem = oneLine(error.message, 300);
        await store.troubled(run, problem);
        if (error.code === 'github') throw error;
        const { checks } = await connect(run);
        await checks.show(await checkOf(checks, run), 'in_progress', againOutput(problem));
        throw error;
      }
      await close((await connect(run)).checks, run, {
        ...{ conclusion: 'action_required', output: stoppedOutput(error.message, error.hint), annotations: [] },
        buttons: buttons(null),
      });
    }
  };

  return {
    async announce({ key }) {
      const run = await store.run(key);
      if (run === null || run.state === 'concluded') return;
      const { checks } = await connect(run);
      if (run.superseded && run.state !== 'in_progress') return await leave(checks, run);
      const id = await checkOf(checks, run);
      let { turn } = run;
      if (run.state === 'asked') {
        if (run.attempt > 1) await checks.show(id, 'queued', queuedOutput);
        turn = await store.announced(run, id);
      }
      await queue.send('review', key, { group: String(run.ask.installation), turn });
    },

    async review({ key, signal }) {
      const run = await store.run(key);
      if (run === null || run.state === 'concluded') return;
      const { checks } = await connect(run);
      if (run.superseded) return await dropped(checks, run);
      if (!(await store.begun(run, options.installationLimit)))
        throw new Postponed('as many of this installation are under review as may be', FULL_SECONDS);
      const id = await checkOf(checks, run);
      await finish(run, () => engine.review(run, { checks, id, signal }));
    },

    async collect({ key }) {
      const run = await store.run(key);
      if (run?.state !== 'in_progress') return;
      if (run.superseded) return await dropped((await connect(run)).checks, run);
      await finish(run, () => engine.collect(run));
    },

    async giveUp({ key }) {
      const run = await store.run(key);
      if (run === null || run.state === 'concluded') return;
      const { checks } = await connect(run);
      if (run.superseded) return await dropped(checks, run);
      await engine.drop(run);
      log(`${key}: given up.`, { level: 'error', event: 'given-up', run: key });
      const often = 'The review was tried several times and did not come to its end.';
      const output = stoppedOutput(run.problem === null ? often : `${often} ${run.problem}`, 'Run it again.');
      await close(checks, run, { conclusion: 'action_required', output, annotations: [], buttons: buttons(null) });
    },
  };
}
