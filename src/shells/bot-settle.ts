import type { AcceptanceStore } from '../adapters/acceptance-store.ts';
import { Postponed } from '../adapters/bot-queue.ts';
import type { BotStore, Run } from '../adapters/bot-store.ts';
import { REVIEW_BYTES, type ReportStore } from '../adapters/report-store.ts';
import type { ToldStore } from '../adapters/told-store.ts';
import { type Acceptance, applyAcceptances } from '../bot/acceptance.ts';
import { concludedCheck } from '../bot/check-output.ts';
import { pullOf } from '../bot/pull-of.ts';
import { reportHeadline } from '../bot/report-headline.ts';
import type { WorkerResult } from '../bot/worker-protocol.ts';
import { renderJson } from '../report/json.ts';
import { parseReview } from '../report/parse-review.ts';
import { rowHash } from '../report/row-hash.ts';
import type { Review } from '../review/review.ts';
import { botComment } from './bot-comment.ts';
import { type ConnectRunOptions, connectRun } from './connect-run.ts';

export interface BotSettleOptions extends ConnectRunOptions {
  readonly store: BotStore;
  readonly reports: ReportStore;
  readonly told: ToldStore;
  readonly acceptances: AcceptanceStore;
  readonly server: string;
  now(): number;
}

export interface BotSettle {
  /** A fresh review, with what people have accepted in its pull request. */
  accepted(run: Run, review: Review): Promise<Review>;
  /** Writes down what is needed to tell the review once more. */
  remember(run: Run, told: Pick<WorkerResult, 'comment' | 'unreadable'>): Promise<void>;
  /** The kept review of a run's latest attempt, every row's id a hash; null where none is kept. */
  kept(run: Run): Promise<Review | null>;
  /** The kept review with these acceptances. */
  applied(run: Run, review: Review, acceptances: readonly Acceptance[]): Promise<Review>;
  /** Concludes a concluded run anew with what was accepted since. Throws `Postponed` where it is under review again. */
  settle(run: Run): Promise<void>;
}

const WAIT_SECONDS = 5;

/** Verdicts with what people have accepted. */
export function botSettle(options: BotSettleOptions): BotSettle {
  const { store, reports, told, acceptances, server, now } = options;
  const itself = (id: string) => id;
  const of = async ({ ask }: Run): Promise<Acceptance[]> => {
    const pull = pullOf(ask);
    return pull === null ? [] : await acceptances.of({ repository: ask.repository, pull });
  };
  /** A merge group is about the head that its pull request has: a push takes it out of the queue. */
  const headOf = async ({ ask }: Run): Promise<string> => {
    const pull = ask.pull === null ? pullOf(ask) : null;
    const head = pull === null ? null : await acceptances.headOf({ repository: ask.repository, pull });
    return head ?? ask.head.sha;
  };
  const apply = async (run: Run, hash: (id: string) => string, review: Review, list: readonly Acceptance[]) =>
    list.length === 0 ? review : applyAcceptances({ review, hash }, list, { head: await headOf(run), now: now() });
  const settle: BotSettle = {
    accepted: async (run, review) => await apply(run, rowHash, review, await of(run)),
    remember: (run, what) => told.keep(run, what),
    async kept(run) {
      const report = await reports.read(run.number);
      return report?.attempt === run.attempt ? parseReview(report.review, { maxBytes: REVIEW_BYTES }) : null;
    },
    applied: (run, review, list) => apply(run, itself, review, list),
    async settle({ key }) {
      // Again, until nobody has accepted more meanwhile: whoever writes last has read all.
      for (;;) {
        const run = await store.run(key);
        if (run === null || run.superseded || run.checkRun === null) return;
        if (run.state !== 'concluded') throw new Postponed('the run is under review again', WAIT_SECONDS);
        const [list, before, what] = [await of(run), await settle.kept(run), await told.read(run)];
        if (before === null || what === null) return;
        const review = await settle.applied(run, before, list);
        if (review === before) return;
        const { github, checks } = await connectRun(run, options);
        await botComment(github, { run, review, server, when: what.comment });
        const concluded = concludedCheck(review, { server, unreadable: what.unreadable });
        await checks.conclude(run.checkRun, concluded);
        await told.conclude(run, concluded.conclusion);
        // Last: what is kept tells a second try that nothing is left to do.
        const headline = reportHeadline(review, what.unreadable);
        await reports.keep(run, { review: renderJson(review), headline });
        if ((await of(run)).length === list.length) return;
      }
    },
  };
  return settle;
}
