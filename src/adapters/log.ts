import { randomUUID } from 'node:crypto';
import { oneLine } from '../errors.ts';

/** A job's log. Foreign text in it can start no workflow command. */
export interface Log {
  /** One neutral line. */
  line(text: string): void;
  /** An annotation of the job as a whole. */
  warning(text: string): void;
  error(text: string): void;
  /** Many lines as they are, with commands stopped around them. */
  block(text: string): void;
  /** A workflow command that is already escaped. */
  command(text: string): void;
}

export function makeLog(write: (text: string) => void): Log {
  const annotate = (level: string, text: string) =>
    write(`::${level} title=Taster::${oneLine(text, 1500).replaceAll('%', '%25')}\n`);
  return {
    line: (text) => write(`${oneLine(text, 1500)}\n`),
    warning: (text) => annotate('warning', text),
    error: (text) => annotate('error', text),
    block(text) {
      const token = randomUUID();
      write(`::stop-commands::${token}\n${text}\n::${token}::\n`);
    },
    command: (text) => write(`${text}\n`),
  };
}
