import { mkdirSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { dataFolder } from '../detection/data-sets.ts';
import { readLines } from '../json-lines.ts';
import type { BenchOptions } from './recorded.ts';

/** What a file of this folder exports. */
type Exports = Readonly<Record<string, (given: unknown) => unknown>>;
/** Runs a bench and gives its tables as markdown. */
type Bench = (exports: Exports, options: BenchOptions) => Promise<string>;

/** For benches that give their tables themselves, and know their seeds. */
const whole =
  (name: string): Bench =>
  async (exports, options) =>
    (await called(exports, name)(options)) as string;

/** Benches by the names of their files, in the order in which all are run. */
const BENCHES: Readonly<Record<string, Bench>> = {
  'truth-serum': whole('benchTruthSerum'),
  cifar: whole('benchCifar'),
  untargeted: whole('benchUntargeted'),
  access: whole('benchAccess'),
  contributors: whole('benchContributors'),
  attribute: async (exports, { seeds, out }) =>
    called(
      exports,
      'attributeTables',
    )(await called(exports, 'benchAttribute')({ seeds: seeds ?? [901, 902, 903], out })) as string,
  extraction: whole('benchExtraction'),
  defences: async (exports, { seeds, out, recorded }) => {
    if (!recorded) await called(exports, 'benchDefences')({ seeds: seeds ?? [1, 2, 3], out });
    const lines = readLines<{ readonly data: string }>(out);
    const tableOf = (data: string) => called(exports, 'defencesMarkdown')(lines.filter((line) => line.data === data));
    return [...new Set(lines.map(({ data }) => data))].map((data) => `### ${data}\n\n${tableOf(data)}`).join('\n');
  },
};

/** Benches of several data sets, of which some can be asked for. */
const BY_DATA: readonly string[] = ['truth-serum', 'untargeted', 'access', 'contributors'];

/** Benches that can tell what a file holds without running anything. */
const TELLING: readonly string[] = Object.keys(BENCHES).filter((name) => name !== 'attribute');

function called(exports: Exports, name: string) {
  const found = exports[name];
  if (typeof found !== 'function') throw new Error(`bench:audit: nothing exports ${name}`);
  return found;
}

async function load(name: string): Promise<Exports> {
  if (!Object.hasOwn(BENCHES, name))
    throw new Error(`bench ${name}; expected one of ${Object.keys(BENCHES).join(', ')}`);
  return await import(new URL(`./${name}.ts`, import.meta.url).href);
}

/** Each bench has a file of its own: where several are run, its name goes before the ending. */
const fileOf = (out: string | undefined, name: string, count: number): string =>
  out === undefined ? `.taster/audit-${name}.jsonl` : count === 1 ? out : out.replace(/(\.\w+)?$/, `-${name}$1`);

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seeds: { type: 'string' },
      data: { type: 'string' },
      out: { type: 'string' },
      resume: { type: 'boolean', default: false },
      recorded: { type: 'boolean', default: false },
    },
  });
  if (dataFolder() === null) {
    console.log('bench:audit skipped: set TASTER_DATA to the folder of data sets.');
    return;
  }
  const seeds = values.seeds?.split(',').map(Number) ?? null;
  if (seeds?.some((seed) => !Number.isSafeInteger(seed))) throw new Error(`--seeds ${values.seeds}: expected integers`);
  const names = positionals.length > 0 ? positionals : Object.keys(BENCHES);
  const mute = names.filter((name) => values.recorded && !TELLING.includes(name));
  if (mute.length > 0) throw new Error(`--recorded: ${mute.join(', ')} would run; expected ${TELLING.join(', ')}`);
  if (values.data !== undefined && names.some((name) => !BY_DATA.includes(name)))
    throw new Error(`--data: name one of ${BY_DATA.join(', ')} to run it on some data sets`);
  // All are there before the first has run for minutes.
  const loaded = await Promise.all(names.map(load));
  const processor = `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores`;
  console.log(`${processor}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}\n`);
  for (const [index, name] of names.entries()) {
    const started = performance.now();
    const out = fileOf(values.out, name, names.length);
    mkdirSync(dirname(out), { recursive: true });
    const table = await BENCHES[name]!(loaded[index]!, {
      seeds,
      data: values.data?.split(','),
      out,
      resume: values.resume,
      recorded: values.recorded,
    });
    console.log(`## ${name}\n\n${table}\n`);
    console.error(`${name}: ${((performance.now() - started) / 1000).toFixed(0)} s; lines in ${out}`);
  }
}

await main();
