import { spawn } from 'node:child_process';
import type { BotEnvironment } from '../bot/environment.ts';
import { UserError } from '../errors.ts';

/**
 * A user and a network namespace of its own (`user_namespaces(7)`, `network_namespaces(7)`): no network but a loopback
 * that is down, and no look into processes outside, the parent's environment among them. Its files and its user stay.
 */
const UNSHARE = ['unshare', '--user', '--map-current-user', '--net', '--'] as const;

/** A command that runs in a namespace of its own. The process keeps its number and its channels. */
export const isolatedCommand = (command: readonly string[]): readonly string[] => [...UNSHARE, ...command];

export interface Isolation {
  readonly isolated: boolean;
  /** One sentence for the log. */
  readonly told: string;
}

/** What of a wish this machine can do; tried out. Throws a UserError where it is required and cannot be had. */
export async function findIsolation(
  wish: BotEnvironment['isolation'],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Isolation> {
  if (wish === 'none') return { isolated: false, told: 'The engine has the network of the App: ISOLATION is none.' };
  const problem = await tryOut(environment.PATH);
  if (problem === null) return { isolated: true, told: 'The engine runs without network, in namespaces of its own.' };
  if (wish === 'auto')
    return {
      isolated: false,
      told: `The engine has the network of the App: ${problem}; set ISOLATION=required to insist.`,
    };
  throw new UserError('isolation', `ISOLATION is required, and this machine cannot do it: ${problem}.`, {
    hint: 'docs/bot.md says what it needs: Linux, unshare, and user namespaces for this user.',
  });
}

/** Why it does not work; null where it does. */
async function tryOut(path: string | undefined): Promise<string | null> {
  if (process.platform !== 'linux') return 'namespaces are a thing of Linux';
  const [command, ...args] = isolatedCommand(['true']) as [string, ...string[]];
  const child = spawn(command, args, {
    env: { PATH: path ?? '/usr/bin:/bin' },
    stdio: 'ignore',
    signal: AbortSignal.timeout(10_000),
  });
  return await new Promise((resolve) => {
    child.once('error', () => resolve('unshare is not there'));
    child.once('close', (code) => resolve(code === 0 ? null : 'this user may not make namespaces'));
  });
}
