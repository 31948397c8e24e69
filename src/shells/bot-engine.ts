import type { Run } from '../adapters/bot-store.ts';
import type { GitHubChecks } from '../adapters/github-checks.ts';
import type { WorkerResult } from '../bot/worker-protocol.ts';

export interface EngineStage {
  readonly checks: GitHubChecks;
  /** The run's check. */
  readonly id: number;
  /** Aborted where the queue takes the job away. */
  readonly signal: AbortSignal;
}

/** Who makes the reviews; what is done with one afterwards is the same, whoever has made it. */
export interface BotEngine {
  /** The review; null where it is made elsewhere and collected later. Throws a UserError where there will be none. */
  review(run: Run, stage: EngineStage): Promise<WorkerResult | null>;
  /** The review that was made elsewhere; null while it is not there. Throws a UserError where there will be none. */
  collect(run: Run): Promise<WorkerResult | null>;
  /** Nobody waits for this run's review any more. */
  drop(run: Run): Promise<void>;
}
