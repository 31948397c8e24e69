import type { BotDatabase } from '../adapters/bot-database.ts';
import { type BotDispatches, openBotDispatches } from '../adapters/bot-dispatches.ts';
import type { BotEnvironment } from '../bot/environment.ts';
import { type DispatchOptions, dispatchEngine } from './bot-dispatch.ts';
import type { BotEngine } from './bot-engine.ts';
import { type WorkersOptions, workersEngine } from './bot-workers.ts';

export interface OpenedEngine {
  readonly engine: BotEngine;
  /** Null where no workflow makes the reviews. */
  readonly dispatches: BotDispatches | null;
}

/** The engine that the settings name, and what it has written down. */
export async function openEngine(
  database: BotDatabase,
  {
    engine,
    ...options
  }: Pick<BotEnvironment, 'engine'> & WorkersOptions & Omit<DispatchOptions, 'dispatches' | 'workflow'>,
): Promise<OpenedEngine> {
  if (engine === 'workers') return { engine: workersEngine(options), dispatches: null };
  const dispatches = await openBotDispatches(database);
  return { engine: dispatchEngine({ ...options, ...engine, dispatches }), dispatches };
}
