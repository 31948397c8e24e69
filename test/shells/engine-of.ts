import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** The engine that a command line has started, as soon as it is there. */
export async function engineOf(parent: number): Promise<number> {
  for (let tries = 0; tries < 1000; tries++) {
    const found = readdirSync('/proc').find((name) => {
      try {
        // pid (name) state parent ...
        const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
        const ppid = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
        return ppid === parent && readFileSync(`/proc/${name}/cmdline`, 'latin1').includes('engine.ts');
      } catch {
        return false;
      }
    });
    if (found) return Number(found);
    await sleep(10);
  }
  throw new Error('no engine was started');
}
