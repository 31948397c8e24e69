import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { dataFolder } from '../detection/data-sets.ts';
import type { BenchOptions } from './recorded.ts';

/** A bench gives its table as markdown, or prints it. */
type Bench = (options: BenchOptions) => Promise<string | undefined>;

/** Benches by name, in the order in which all are run; `<name>.ts` exports `bench<Name>`. */
const NAMES = ['truth-serum', 'cifar', 'untargeted', 'access', 'attribute', 'extraction', 'defences'] as const;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string' },
    out: { type: 'string', default: '.taster/audit.jsonl' },
    resume: { type: 'boolean', default: false },
  },
});

const exportOf = (name: string) =>
  `bench${name
    .split('-')
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join('')}`;

async function load(name: string): Promise<Bench> {
  if (!NAMES.some((known) => known === name)) throw new Error(`bench ${name}; expected one of ${NAMES.join(', ')}`);
  const file = new URL(`./${name}.ts`, import.meta.url);
  const module = (await import(file.href)) as Readonly<Record<string, unknown>>;
  const bench = module[exportOf(name)];
  if (typeof bench !== 'function') throw new Error(`bench/audit/${name}.ts exports no ${exportOf(name)}`);
  return bench as Bench;
}

async function main(): Promise<void> {
  if (dataFolder() === null) {
    console.log('bench:audit skipped: set TASTER_DATA to the folder of data sets.');
    return;
  }
  const seeds = values.seeds?.split(',').map(Number) ?? null;
  if (seeds?.some((seed) => !Number.isSafeInteger(seed))) throw new Error(`--seeds ${values.seeds}: expected integers`);
  const names = positionals.length > 0 ? positionals : NAMES;
  // Known before the first has run for minutes.
  const benches = await Promise.all(names.map(load));
  const processor = `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores`;
  console.log(`${processor}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}\n`);
  for (const [index, bench] of benches.entries()) {
    const started = performance.now();
    const table = await bench({ seeds, out: values.out, resume: values.resume });
    if (table !== undefined) console.log(`## ${names[index]}\n\n${table}\n`);
    console.error(`${names[index]}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
  }
}

await main();
