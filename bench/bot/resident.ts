import { readdirSync, readFileSync } from 'node:fs';

/** Resident MiB: the largest of these processes, and all that descend from them together. Linux only, else 0. */
export function resident(pids: readonly number[]): { readonly largest: number; readonly descendants: number } {
  const all = new Map<number, { readonly parent: number; readonly mib: number }>();
  for (const name of namesIn('/proc')) {
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8');
      const number = (field: string) => Number(new RegExp(`^${field}:\\s*(\\d+)`, 'm').exec(status)?.[1] ?? 0);
      all.set(Number(name), { parent: number('PPid'), mib: number('VmRSS') / 1024 });
    } catch {
      // gone since
    }
  }
  const isUnder = (pid: number): boolean => pid > 1 && (pids.includes(pid) || isUnder(all.get(pid)?.parent ?? 0));
  let [largest, descendants] = [0, 0];
  for (const [pid, { parent, mib }] of all)
    if (pids.includes(pid)) largest = Math.max(largest, mib);
    else if (isUnder(parent)) descendants += mib;
  return { largest, descendants };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}
