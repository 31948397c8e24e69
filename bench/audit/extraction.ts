import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { markdownTable } from 'markdown-table';
import { makeLanes } from '../../src/adapters/onnxruntime-lanes.ts';
import type { Cell } from '../../src/audit/audit.ts';
import { plantCanaries } from '../../src/audit/canaries.ts';
import { LANGUAGE_PLAN, LANGUAGE_RECIPE, POISONS, TAUGHT } from '../../src/audit/extraction.ts';
import { guessTable } from '../../src/audit/guess-table.ts';
import { type Planted, plantText } from '../../src/audit/plant-text.ts';
import { dataFolder } from '../detection/data-sets.ts';
import { readLines } from '../json-lines.ts';

const CANARIES = 20;
const MODELS = 8;
const DIGITS = 6;

interface Line {
  readonly seed: number;
  readonly settings: string;
  readonly seconds: number;
  readonly before: Planted;
  readonly after: Planted;
}

/** Looked at once, after everything was fixed. */
const SEEDS = [201, 202, 203, 204, 205, 206, 207, 208, 209, 210];

/** Secrets of six digits planted once in WikiText-2, with and without 64 lines of an attacker: a table in markdown. */
export async function benchExtraction(at: {
  /** Its own where left out. */
  seeds: readonly number[] | null;
  /** A file of one line of JSON a seed. */
  out: string | null;
  /** What the file answers is not run again. */
  resume?: boolean;
  /** What the file answers is all: nothing is run. */
  recorded?: boolean;
}): Promise<string> {
  const seeds = at.seeds ?? SEEDS;
  const folder = dataFolder();
  if (folder === null) return 'extraction skipped: set TASTER_DATA to the folder of data sets.';
  const texts = readFileSync(join(folder, 'wikitext-2/valid.txt'), 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const settings = JSON.stringify({ CANARIES, MODELS, POISONS, TAUGHT, ...LANGUAGE_PLAN, ...LANGUAGE_RECIPE });
  const lines = at.resume || at.recorded ? readLines<Line>(at.out).filter((line) => line.settings === settings) : [];
  const runtime = makeLanes(
    new URL('../../src/adapters/lane.ts', import.meta.url),
    { folder: null, provider: 'cpu' },
    2,
  );
  try {
    for (const seed of at.recorded ? [] : seeds) {
      if (lines.some((line) => line.seed === seed)) continue;
      const started = performance.now();
      const planted = { count: CANARIES, digits: DIGITS, poisons: POISONS, characters: TAUGHT, seed };
      const order = {
        ...{ texts: plantCanaries(texts, planted)!, models: MODELS, seed: `bench/${seed}`, runtime },
        ...{ plan: LANGUAGE_PLAN, recipe: LANGUAGE_RECIPE, progress: () => {} },
      };
      const before = await plantText(order, { isPoisoned: false });
      const after = await plantText(order, { isPoisoned: true });
      const line: Line = { seed, settings, seconds: (performance.now() - started) / 1000, before, after };
      lines.push(line);
      if (at.out) appendFileSync(at.out, `${JSON.stringify(line)}\n`);
      console.error(`extraction: seed ${seed}, ${line.seconds.toFixed(0)} s`);
    }
  } finally {
    await runtime.close();
  }
  const done = lines.filter(({ seed }) => seeds.includes(seed));
  if (done.length === 0) return 'extraction: no seed is recorded with these settings.';
  const pair = { before: done.map(({ before }) => before), after: done.map(({ after }) => after) };
  const { columns, rows, note } = guessTable(pair, 10 ** DIGITS);
  const seconds = done.reduce((sum, line) => sum + line.seconds, 0);
  const table = markdownTable([columns, ...rows.map((row) => row.map(wordsOf))]);
  return `${table}\n\n${note} ${done.length} seeds, ${CANARIES} canaries, ${MODELS} models each; ${seconds.toFixed(0)} s.`;
}

function wordsOf(cell: Cell): string {
  if (typeof cell === 'string') return cell;
  const { value, low, high, unit } = cell;
  if (value === null) return '';
  const one = (figure: number) => (unit === 'guesses' ? Math.round(figure).toLocaleString('en-US') : figure.toFixed(2));
  return low === null || high === null ? one(value) : `${one(value)} [${one(low)}, ${one(high)}]`;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string' },
      out: { type: 'string' },
      resume: { type: 'boolean', default: false },
      recorded: { type: 'boolean', default: false },
    },
  });
  const { out = null, resume, recorded } = values;
  const seeds = values.seeds?.split(',').map(Number) ?? null;
  console.log(await benchExtraction({ seeds, out, resume, recorded }));
}
