import { openAcceptanceStore } from '../adapters/acceptance-store.ts';
import type { BotDatabase } from '../adapters/bot-database.ts';
import type { Job } from '../adapters/bot-queue.ts';
import { type CommandStore, openCommandStore } from '../adapters/command-store.ts';
import { openToldStore } from '../adapters/told-store.ts';
import { type BotCommandsOptions, botCommands } from './bot-commands.ts';
import { type BotSettle, type BotSettleOptions, botSettle } from './bot-settle.ts';

type Opened = 'acceptances' | 'commands' | 'settle' | 'told';

export interface BotHearingOptions extends Omit<BotSettleOptions & BotCommandsOptions, Opened> {
  readonly database: BotDatabase;
}

/** How the App hears people: what they say, what it answers, and what they accepted. */
export interface BotHearing {
  readonly commands: CommandStore;
  readonly settle: BotSettle;
  answer(job: Pick<Job, 'key'>): Promise<void>;
}

/** The store's tables must be there. */
export async function openBotHearing({ database, ...options }: BotHearingOptions): Promise<BotHearing> {
  const told = await openToldStore(database);
  const acceptances = await openAcceptanceStore(database);
  const commands = await openCommandStore(database);
  const settle = botSettle({ ...options, told, acceptances });
  return { commands, settle, answer: botCommands({ ...options, commands, acceptances, settle }) };
}
