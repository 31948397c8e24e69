import { type ChildProcess, fork, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Answered, Sent } from './deliver-burst.ts';

export interface BurstApps {
  readonly urls: readonly string[];
  readonly pids: readonly number[];
  close(): Promise<void>;
}

/** So many processes of `taster bot`, each as a person starts it. */
export async function startApps(count: number, env: Readonly<Record<string, string | undefined>>): Promise<BurstApps> {
  const children: ChildProcess[] = [];
  const start = (): Promise<string> => {
    const child = spawn(process.execPath, [join(import.meta.dirname, '../../src/shells/cli.ts'), 'bot'], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    children.push(child);
    return new Promise((resolve, reject) => {
      child.once('close', () => reject(new Error('an App ended')));
      child.stderr!.setEncoding('utf8').on('data', (text: string) => {
        const url = /listens on (\S+)\.\n/.exec(text)?.[1];
        if (url) resolve(url);
        else if (!text.includes('Taster closes')) process.stdout.write(`  App ${child.pid}: ${text}`);
      });
    });
  };
  const close = async () => {
    await Promise.all(
      children.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const ended = new Promise((resolve) => child.once('close', resolve));
        child.kill('SIGTERM');
        await ended;
      }),
    );
  };
  try {
    const urls = await Promise.all(Array.from({ length: count }, start));
    return { urls, pids: children.map(({ pid }) => pid!), close };
  } catch (error) {
    await close();
    throw error;
  }
}

export interface Sender {
  /** Sends all of them at once. */
  send(sent: readonly Sent[]): Promise<Answered[]>;
  close(): void;
}

/** GitHub's side of the webhooks, in a process of its own. */
export function startSender(secret: string): Sender {
  const child = fork(join(import.meta.dirname, 'deliver-burst.ts'), { execArgv: [] });
  let orders = 0;
  return {
    send(sent) {
      const order = ++orders;
      return new Promise((resolve) => {
        const hear = (answer: { readonly order: number; readonly answered: Answered[] }) => {
          if (answer.order !== order) return;
          child.off('message', hear);
          resolve(answer.answered);
        };
        child.on('message', hear);
        child.send({ order, secret, sent });
      });
    },
    close: () => child.disconnect(),
  };
}
