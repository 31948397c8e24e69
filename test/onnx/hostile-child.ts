import { writeSync } from 'node:fs';
import { UserError } from '../../src/errors.ts';
import { beside } from './hostile-beside.ts';
import { bombs, type Hostile, operators, truncated, turned } from './hostile-corpus.ts';
import { wholeWay } from './whole-way.ts';

/** What became of one model: a line on standard output. */
export interface Ended {
  readonly name: string;
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
  const started = performance.now();
  const ended = (end: Ended['end'], message = '', hint = ''): Ended => ({
    ...{ name, end, message, hint, milliseconds: Math.round(performance.now() - started) },
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
