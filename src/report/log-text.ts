import { oneLine } from '../errors.ts';
import { visible } from './escape.ts';

/** A foreign text fit for a terminal and for a log: no control characters, and nothing that a runner takes for a command. */
export function logText(text: string, limit: number): string {
  return oneLine(visible(text, limit), limit);
}
