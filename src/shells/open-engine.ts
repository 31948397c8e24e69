import type { BotDatabase } from '../adapters/bot-database.ts';
import { type BotDispatches, openBotDispatches } from '../adapters/bot-dispatches.ts';
import { findIsolation } from '../adapters/isolation.ts';
import type { BotEnvironment } from '../bot/environment.ts';
import { type DispatchOptions, dispatchEngine } from './bot-dispatch.ts';
import type { BotEngine } from './bot-engine.ts';
import { type WorkersOptions, workersEngine } from './bot-workers.ts';

type OpenEngineOptions = Pick<BotEnvironment, 'engine' | 'isolation' | 'workers'> &
  Omit<WorkersOptions, 'isolated'> &
  Omit<DispatchOptions, 'dispatches' | 'workflow'>;

export interface OpenedEngine {
  readonly engine: BotEngine;
  /** Null where no workflow makes the reviews. */
  readonly dispatches: BotDispatches | null;
}

/** The engine that the settings name, and what it has written down. */
export async function openEngine(
  database: BotDatabase,
  { engine, isolation, workers, ...options }: OpenEngineOptions,
): Promise<OpenedEngine> {
  if (engine === 'workers') {
    if (workers === 0) return { engine: workersEngine({ ...options, isolated: false }), dispatches: null };
    const { isolated, told } = await findIsolation(isolation, options.environment);
    options.log(told);
    return { engine: workersEngine({ ...options, isolated }), dispatches: null };
  }
  const dispatches = await openBotDispatches(database);
  return { engine: dispatchEngine({ ...options, ...engine, dispatches }), dispatches };
}
