import type { ListedRun } from '../listed-run.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A moment for people and for programs: how long ago it was, or the day; the exact time as its title. */
export function moment(at: number, now: number): string {
  const iso = new Date(at).toISOString();
  const exact = `${iso.slice(0, 16).replace('T', ' ')} UTC`;
  return `<time datetime="${iso}" title="${exact}">${ago(now - at) ?? exact}</time>`;
}

function ago(passed: number): string | null {
  if (passed < MINUTE) return 'just now';
  if (passed < HOUR) return `${Math.floor(passed / MINUTE)} min ago`;
  return passed < DAY ? `${Math.floor(passed / HOUR)} h ago` : null;
}

/** `41 s`, `3 min 20 s`, `1 h 5 min`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const [high, low] = seconds < 3600 ? [Math.floor(seconds / 60), seconds % 60] : [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)]; // biome-ignore format: one idea
  const [big, small] = seconds < 3600 ? ['min', 's'] : ['h', 'min'];
  return low === 0 ? `${high} ${big}` : `${high} ${big} ${low} ${small}`;
}

/** How long a run was, or has been, worked on, in milliseconds; null where it waits or never began. */
export function taken({ state, began, ended }: ListedRun, now: number): number | null {
  if (began === null || state === 'asked' || state === 'queued') return null;
  const end = state === 'concluded' ? ended : now;
  return end === null || end < began ? null : end - began;
}

/** When a run came to the state it is in. */
export function since({ state, asked, began, ended }: ListedRun): number {
  if (state === 'concluded') return ended ?? asked;
  return state === 'in_progress' ? (began ?? asked) : asked;
}
