import type { BotStore, Run } from '../adapters/bot-store.ts';
import { runWorker } from '../adapters/worker-process.ts';
import { progressOutput } from '../bot/check-output.ts';
import type { WorkerResult } from '../bot/worker-protocol.ts';
import { oneLine } from '../errors.ts';
import type { BotEngine, EngineStage } from './bot-engine.ts';

export interface WorkersOptions {
  readonly store: BotStore;
  readonly server: string;
  token(ask: Run['ask'], scope: 'all' | 'contents'): Promise<string>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The engine runs without network. */
  readonly isolated: boolean;
  readonly closing: AbortSignal;
  readonly watchMs?: number;
  readonly progressMs?: number;
  readonly cloneLimitBytes: number | null;
  log(line: string): void;
}

/** Reviews made by children of this process. */
export function workersEngine(options: WorkersOptions): BotEngine {
  return {
    review: (run, stage) => reviewed(run, { ...options, ...stage }),
    collect: async () => null,
    drop: async () => {},
  };
}

/** The child's review, cut short where the run no longer counts; its progress shows in the check run now and then. */
async function reviewed(run: Run, options: WorkersOptions & EngineStage): Promise<WorkerResult> {
  const { store, server, checks, id, log } = options;
  await checks.show(id, 'in_progress', { title: 'Fetching the change', summary: 'The review is running.' });
  const left = new AbortController();
  const watch = setInterval(async () => {
    const now = await store.run(run.key).catch(() => null);
    if (now?.superseded || (now && now.attempt !== run.attempt)) left.abort(new Error('a newer head has come'));
  }, options.watchMs ?? 2000);
  let last = 0;
  let shown: Promise<void> = Promise.resolve();
  try {
    return await runWorker(
      {
        ...{ ask: run.ask, run: { id: String(run.number), attempt: run.attempt } },
        remote: `${server}/${run.ask.repository}.git`,
        token: await options.token(run.ask, 'contents'),
        isolated: options.isolated,
        cloneLimitBytes: options.cloneLimitBytes,
      },
      {
        entry: new URL(import.meta.url.endsWith('.ts') ? './bot-worker.ts' : './bot-worker.js', import.meta.url),
        environment: options.environment,
        signal: AbortSignal.any([options.signal, options.closing, left.signal]),
        onProgress(progress) {
          if (Date.now() - last < (options.progressMs ?? 15_000)) return;
          last = Date.now();
          shown = shown
            .then(() => checks.show(id, 'in_progress', progressOutput(progress)))
            .catch((error: Error) => log(`${run.key}: progress was not shown: ${oneLine(error.message)}`));
        },
      },
    );
  } finally {
    clearInterval(watch);
    // A word about progress that comes late would open a concluded check again.
    await shown;
  }
}
