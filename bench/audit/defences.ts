import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Audit, Cell, Measure } from '../../src/audit/audit.ts';
import { type DataSet, dataFolder, readDataSet } from '../detection/data-sets.ts';
import { readLines } from '../json-lines.ts';

const CLI = fileURLToPath(new URL('../../src/shells/cli.ts', import.meta.url));
/** One copy of each target; models and targets so that a seed takes some minutes. */
const ASKED = ['--attack', 'defences', '--thorough', '--poisons', '0,1', '--shadows', '16', '--targets', '100'];

/** What one seed gave: the attack's table, and what it cost. */
export interface Line {
  readonly data: string;
  readonly seed: number;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly summary: string;
  readonly seconds: number;
}

/** Audits a data set under every defence by the command line, one seed after another, and adds a line a seed to `out`. */
export function benchDefences(at: {
  readonly seeds: readonly number[];
  readonly out: string;
  readonly data?: string;
  readonly options?: readonly string[];
}): void {
  const folder = dataFolder();
  if (folder === null) throw new Error('The data are not here: name their folder by TASTER_DATA.');
  const data = readDataSet(at.data ?? 'location30', folder);
  const repository = mkdtempSync(join(tmpdir(), 'taster-bench-'));
  try {
    commitData(repository, data);
    for (const seed of at.seeds) {
      const audit = auditOf(repository, [...ASKED, ...(at.options ?? []), '--seed', String(seed)]);
      const [answer] = audit.answers;
      const [table] = answer!.tables;
      if (!table) throw new Error(`${answer!.outcome}: ${answer!.summary}`);
      const { columns, rows } = table;
      const line: Line = { ...{ data: data.name, seed, columns, rows }, ...{ summary: answer!.summary, seconds: answer!.cost.seconds } }; // biome-ignore format: one line
      appendFileSync(at.out, `${JSON.stringify(line)}\n`);
    }
  } finally {
    rmSync(repository, { recursive: true, force: true });
  }
}

function commitData(folder: string, { columns, labels, classes }: DataSet): void {
  const cell = (text: string | null) =>
    text === null ? '' : /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const kept = columns.filter(({ kind }) => kind !== 'excluded');
  const lines = labels.map((label, row) =>
    [...kept.map(({ values }) => cell(values[row] ?? null)), `class ${classes[label]}`].join(','),
  );
  writeFileSync(join(folder, 'train.csv'), [[...kept.map(({ name }) => cell(name)), 'label'].join(','), ...lines, ''].join('\n')); // biome-ignore format: one line
  mkdirSync(join(folder, '.github'));
  const config = 'version: 1\ndata:\n  - {name: train, path: train.csv, label: label}\n';
  writeFileSync(join(folder, '.github/taster.yml'), config);
  const who = ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost'];
  for (const words of [
    ['init', '--quiet', '--initial-branch=main'],
    ['add', '--all'],
    ['commit', '--quiet', '-m', 'data'],
  ])
    execFileSync('git', ['-C', folder, ...who, ...words], { stdio: 'pipe' });
}

function auditOf(repository: string, options: readonly string[]): Audit {
  const json = join(repository, '.git/audit.json');
  const { stderr } = spawnSync(process.execPath, [CLI, 'audit', '--repo', repository, '--json', json, ...options], {
    encoding: 'utf8',
  });
  try {
    return JSON.parse(readFileSync(json, 'utf8')) as Audit;
  } catch {
    throw new Error(`no audit: ${stderr.trim().split('\n').at(-1)}`);
  }
}

/** The lines of several seeds as one table of Markdown: the mean of each figure and its range over seeds. */
export function defencesMarkdown(lines: readonly Line[]): string {
  const [first] = lines;
  if (!first) return '';
  const table = [
    `| ${first.columns.join(' | ')} |`,
    `| ${first.columns.map((_, index) => (index === 0 ? ':-' : '-:')).join(' | ')} |`,
    ...namesOf(lines).map((name) => {
      const own = lines.flatMap(({ rows }) => rows.filter(([each]) => each === name));
      return `| ${first.columns.map((_, column) => overSeeds(own.map((row) => row[column]!))).join(' | ')} |`;
    }),
  ];
  return `${table.join('\n')}\n`;
}

const namesOf = (lines: readonly Line[]) => [...new Set(lines.flatMap(({ rows }) => rows.map(([name]) => name)))];

function overSeeds(cells: readonly Cell[]): string {
  const figures = cells.filter((cell): cell is Measure => typeof cell !== 'string' && cell.value !== null);
  if (figures.length === 0) return String(typeof cells[0] === 'string' ? cells[0] : 'unknown');
  const values = figures.map(({ value }) => value!);
  const isShare = ['rate', 'share'].includes(figures[0]!.unit);
  const say = (value: number) => (isShare ? (100 * value).toFixed(1) : value.toFixed(2));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const [low, high] = [Math.min(...values), Math.max(...values)].map(say);
  return `${say(mean)}${isShare ? '%' : ''}${low === high ? '' : ` (${low} to ${high})`}`;
}

/** node bench/audit/defences.ts --out FILE [--data location30] [--seeds 1,2,3]; with --table prints what FILE holds. */
if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      out: { type: 'string' },
      data: { type: 'string', default: 'location30' },
      seeds: { type: 'string', default: '1,2,3' },
      table: { type: 'boolean', default: false },
    },
  });
  const { out, data } = values;
  if (!out) throw new Error('--out names the file of results');
  if (!values.table) benchDefences({ seeds: values.seeds.split(',').map(Number), out, data });
  console.log(defencesMarkdown(readLines<Line>(out).filter((line) => line.data === data)));
}
