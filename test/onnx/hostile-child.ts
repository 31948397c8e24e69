import { writeSync } from 'node:fs';
import { UserError } from '../../src/errors.ts';
import { beside } from './hostile-beside.ts';
import { bombs, type Hostile, operators, truncated, turned } from './hostile-corpus.ts';
import { wholeWay } from './whole-way.ts';

/** What became of one model: a line on standard output. */
export interface Ended {
  readonly name: string;
  /** Of the processor, all threads together: what else the machine does is not counted. */
  readonly milliseconds: number;
  readonly end: 'taken' | 'refused' | 'crashed';
  readonly message: string;
  readonly hint: string;
}

const groups: Readonly<Record<string, (folder: string) => readonly Hostile[]>> = {
  truncated: () => truncated,
  turned: () => turned,
  operators: () => operators,
  bombs: () => bombs,
  beside,
};

function tried({ name, bytes, files }: Hostile): Ended {
  const model = bytes();
  const started = process.cpuUsage();
  const used = () => {
    const { user, system } = process.cpuUsage(started);
    return Math.round((user + system) / 1000);
  };
  const ended = (end: Ended['end'], message = '', hint = ''): Ended => ({
    ...{ name, end, message, hint, milliseconds: used() },
  });
  try {
    wholeWay(model, files ?? null);
    return ended('taken');
  } catch (error) {
    if (error instanceof UserError) return ended('refused', error.message, error.hint);
    return ended('crashed', error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

if (import.meta.main) {
  const [group, folder = '', only] = process.argv.slice(2);
  for (const one of groups[group!]!(folder)) {
    if (only !== undefined && only !== one.name) continue;
    // Written before it is tried, and at once: the last name is that of a model that hangs.
    writeSync(1, `${JSON.stringify(one.name)}\n`);
    writeSync(1, `${JSON.stringify(tried(one))}\n`);
  }
}
