import type { AuditTable, Cell } from '../../audit/audit.ts';
import { logText } from '../log-text.ts';
import { wrap } from '../wrap.ts';
import { isMeasure, spokenMeasure } from './cell.ts';

const GAP = '  ';
/** Words of a column are not squeezed below this while something else can give way. */
const NARROWEST_WORDS = 12;

export interface FittedTable {
  readonly lines: readonly string[];
  /** What had to give way, in words; empty where the table is whole. */
  readonly leftOut: readonly string[];
}

/** How much of a table is shown: what matters least gives way first. */
interface Cut {
  /** The first column as headings of groups: it repeats itself. */
  readonly grouped: boolean;
  /** Columns of figures that keep their intervals, from the left. */
  readonly intervals: number;
  /** Columns that are shown, from the left. */
  readonly columns: number;
  /** Longest line of a cell of words. */
  readonly words: number;
  /** Longest line of a heading, where its cells are no longer. */
  readonly headings: number;
}

/**
 * A table of at most `width` characters a line. Where it is wider, in this order: headings are folded, a first column
 * that repeats itself becomes headings of groups, intervals go from the right, words are folded, columns go from the right; what went is told.
 */
export function fitTable(table: AuditTable, width: number): FittedTable {
  const bounded = boundedColumns(table);
  const canGroup = table.columns.length > 1 && repeats(table);
  const whole: Cut = {
    grouped: false,
    intervals: bounded.length,
    columns: table.columns.length,
    words: 40,
    headings: 16,
  };
  const grouped = { ...whole, grouped: canGroup };
  const folded = { ...grouped, headings: 9 };
  const bare = { ...folded, intervals: Math.min(1, bounded.length) };
  const least = Math.min(table.columns.length, 2);
  const narrow = { ...bare, words: NARROWEST_WORDS };
  const cuts: Cut[] = [
    whole,
    { ...whole, headings: 9 },
    grouped,
    folded,
    ...downTo(bounded.length - 1, 1).map((intervals) => ({ ...folded, intervals })),
    ...[30, 20].map((words) => ({ ...bare, words })),
    narrow,
    ...downTo(table.columns.length - 1, least).map((columns) => ({ ...narrow, columns })),
    { ...narrow, columns: least, intervals: 0, words: Math.max(8, Math.floor(width / 3)) },
  ];
  let lines: string[] = [];
  for (const cut of cuts) {
    lines = linesOf(table, cut);
    if (lines.every((line) => letters(line) <= width)) return { lines, leftOut: leftOut(table, bounded, cut) };
  }
  const clipped = lines.map((line) =>
    letters(line) > width
      ? `${Array.from(line)
          .slice(0, width - 1)
          .join('')}…`
      : line,
  );
  return { lines: clipped, leftOut: leftOut(table, bounded, cuts.at(-1)!) };
}

const downTo = (from: number, to: number) => Array.from({ length: Math.max(0, from - to + 1) }, (_, at) => from - at);
const letters = (text: string): number => Array.from(text).length;

/** Columns whose figures have intervals. */
const boundedColumns = ({ columns, rows }: AuditTable): number[] =>
  columns.flatMap((_, at) => (rows.some((row) => isMeasure(row[at]) && row[at].low !== null) ? [at] : []));

const repeats = ({ rows }: AuditTable): boolean =>
  rows.every(([first]) => typeof first === 'string') && rows.some((row, at) => at > 0 && row[0] === rows[at - 1]![0]);

function leftOut({ columns }: AuditTable, bounded: readonly number[], cut: Cut): string[] {
  const without = bounded.filter((at, place) => at < cut.columns && place >= cut.intervals);
  const gone = columns.slice(cut.columns);
  return [
    ...(without.length > 0 ? [`intervals of ${without.map((at) => logText(columns[at]!, 100)).join(', ')}`] : []),
    ...(gone.length > 0
      ? [`column${gone.length > 1 ? 's' : ''} ${gone.map((name) => logText(name, 100)).join(', ')}`]
      : []),
  ];
}

function linesOf(table: AuditTable, cut: Cut): string[] {
  const shown = table.columns.map((_, at) => at).slice(cut.grouped ? 1 : 0, cut.columns);
  const kept = new Set(boundedColumns(table).slice(0, cut.intervals));
  const columns = shown.map((at) => columnOf(table, at, { ...cut, interval: kept.has(at) }));
  const indent = cut.grouped ? '  ' : '';
  const line = (row: number) => joined(columns, (column) => column.cells[row]!, indent);
  const head = joined(columns, ({ heading }) => heading, indent);
  const body = table.rows.flatMap((row, at) => {
    const isNew = cut.grouped && (at === 0 || row[0] !== table.rows[at - 1]![0]);
    return [...(isNew ? [textOf(row[0])] : []), ...line(at)];
  });
  return [...head, ...body];
}

interface Column {
  readonly width: number;
  readonly right: boolean;
  readonly heading: readonly string[];
  readonly cells: readonly (readonly string[])[];
}

const textOf = (cell: Cell | undefined): string => (typeof cell === 'string' ? logText(cell, 500) : '');
const foldTo = (text: string, width: number): string[] => wrap(text, { width, indent: '' }).split('\n');

function columnOf(
  { columns, rows }: AuditTable,
  at: number,
  { interval, words, headings }: Pick<Cut, 'words' | 'headings'> & { readonly interval: boolean },
): Column {
  const own = rows.map((row) => row[at]);
  const right = own.some(isMeasure);
  const spoken = own.map((cell) => (isMeasure(cell) ? spokenMeasure(cell) : null));
  const wide = Math.max(
    0,
    ...spoken.map((one) => (one && interval && one.interval !== '' ? letters(one.interval) : 0)),
  );
  const cells = own.map((cell, row) => {
    const one = spoken[row];
    if (!one) return foldTo(textOf(cell), words);
    return [wide === 0 ? one.value : `${one.value} ${one.interval.padEnd(wide)}`];
  });
  const name = logText(columns[at]!, 100);
  const widest = Math.max(...cells.flat().map(letters), ...name.split(' ').map(letters), 1);
  return {
    width: widest,
    right,
    cells,
    heading: foldTo(name, Math.max(widest, Math.min(words, letters(name), headings))),
  };
}

/** Cells beside each other, each as many lines as it has. */
function joined(columns: readonly Column[], of: (column: Column) => readonly string[], indent: string): string[] {
  const parts = columns.map((column) => ({ ...column, lines: of(column) }));
  const height = Math.max(1, ...parts.map(({ lines }) => lines.length));
  return Array.from({ length: height }, (_, at) => {
    const cells = parts.map(({ lines, width, right, heading }) => {
      const text = lines[at] ?? '';
      const gap = ' '.repeat(Math.max(0, Math.max(width, ...heading.map(letters)) - letters(text)));
      return right ? gap + text : text + gap;
    });
    return (indent + cells.join(GAP)).trimEnd();
  });
}
