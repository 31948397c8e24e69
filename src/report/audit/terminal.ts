import type { AttackAnswer, Audit, AuditTable } from '../../audit/audit.ts';
import { logText } from '../log-text.ts';
import { placeText } from '../place.ts';
import { formatBytes, formatCount, formatValue, plural } from '../quantity.ts';
import type { TerminalOptions } from '../terminal.ts';
import { wrap } from '../wrap.ts';
import { isMeasure, MODEL_BASED } from './cell.ts';
import { fitTable } from './fit-table.ts';
import { isNamed } from './is-named.ts';

const ROWS_SHOWN = 5;
const CODES = { bold: 1, dim: 2, red: 31, blue: 34 } as const;
const TINT = { measured: 'bold', unknown: 'blue', 'not-applicable': 'dim', error: 'red' } as const;

/** What every part of the text is written with. */
interface Pen {
  readonly width: number;
  paint(tint: keyof typeof CODES, text: string): string;
  fold(text: string, indent?: string): string;
}

/** An audit for a terminal: a sentence for each attack first, then the tables, what could not be seen, how to repeat it. */
export function renderAuditTerminal(audit: Audit, { color, width }: TerminalOptions): string {
  const pen: Pen = {
    width,
    paint: (tint, text) => (color ? `\u001b[${CODES[tint]}m${text}\u001b[0m` : text),
    fold: (text, indent = '') => wrap(logText(text, 2000), { width, indent }),
  };
  const parts = [
    audit.data.map((data) => pen.paint('dim', pen.fold(dataText(data)))).join('\n'),
    audit.answers.map((answer) => headline(answer, isNamed(audit), pen)).join('\n'),
    ...audit.answers.map((answer) => answerText(answer, pen)),
    unseenText(audit, pen),
    // Not folded: it is there to be copied.
    `Reproduce: ${logText(audit.reproduce.command, 1000)}\n${pen.paint('dim', pen.fold(costText(audit)))}`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function dataText({ name, path, rows, used, slice, shadows, epochs, ...right }: Audit['data'][number]): string {
  const { trainAccuracy: own, testAccuracy: others } = right;
  const sampled = used < rows ? `, ${formatCount(used)} of them used` : '';
  const where = path === name ? '' : ` (${path})`;
  const trained =
    slice === null
      ? 'no shadow model could be trained'
      : `${plural(shadows, 'shadow model')} an ensemble, ${slice}, ${plural(epochs, 'epoch')}`;
  const well =
    own === null || others === null
      ? ''
      : `; right on ${formatValue(own, 'share')} of their own rows, ${formatValue(others, 'share')} of others`;
  return `Audit of ${name.slice(0, 200)}${where}: ${formatCount(rows)} rows${sampled}; ${trained}${well}.`;
}

/** What the reader must know, if nothing else. */
function headline({ attack, data, outcome, summary }: AttackAnswer, named: boolean, { paint, width }: Pen): string {
  const of = named ? ` on ${logText(data, 60)}` : '';
  const state = outcome === 'measured' ? '' : ` (${outcome})`;
  const who = `${logText(attack, 40)}${of}${state}:`;
  const [first = '', ...rest] = wrap(`${who} ${logText(summary, 1000)}`, { width: width - 2, indent: '' }).split('\n');
  // A word that is broken over lines cannot be found again: it stays plain.
  const shown = first.startsWith(who) ? `${paint(TINT[outcome], who)}${first.slice(who.length)}` : first;
  return [`- ${shown}`, ...rest.map((line) => `  ${line}`)].join('\n');
}

function answerText({ attack, data, question, tables, rows }: AttackAnswer, pen: Pen): string {
  const parts = [...tables.map((table) => tableText(table, pen)), rowsText(rows, pen)].filter((part) => part !== '');
  if (parts.length === 0) return '';
  return `${pen.paint('bold', pen.fold(`${attack} on ${data}: ${question}`))}\n${parts.join('\n\n')}`;
}

function tableText(table: AuditTable, { width, fold, paint }: Pen): string {
  if (table.rows.length === 0) return '';
  const { lines, leftOut } = fitTable(table, width - 2);
  const modelled = table.rows.some((row) => row.some((cell) => isMeasure(cell) && cell.modelBased === true));
  const notes = [
    ...(table.note === '' ? [] : [table.note]),
    ...falsePositives(table),
    ...(modelled ? [MODEL_BASED] : []),
    ...(leftOut.length === 0 ? [] : [`No room for ${leftOut.join('; ')}: --html has them.`]),
  ];
  return [
    fold(table.title),
    ...lines.map((line) => `  ${line}`.trimEnd()),
    ...(notes.length > 0 ? [paint('dim', fold(notes.join(' '), '  '))] : []),
  ].join('\n');
}

/** Of each column of rates, how many false positives stand behind them: mostly the same all the way down. */
function falsePositives({ columns, rows }: AuditTable): string[] {
  const parts = columns.flatMap((name, at) => {
    const counts = rows.flatMap((row) => (isMeasure(row[at]) ? (row[at].falsePositives ?? []) : []));
    if (counts.length === 0) return [];
    const [low, high] = [Math.min(...counts), Math.max(...counts)];
    return [`${low === high ? formatCount(low) : `${formatCount(low)} to ${formatCount(high)}`} (${name})`];
  });
  return parts.length === 0 ? [] : [`False positives behind the rates: ${parts.join(', ')}.`];
}

/** The rows that would be exposed most, by place. */
function rowsText(rows: AttackAnswer['rows'], { fold }: Pen): string {
  if (rows.length === 0) return '';
  const shown = rows.slice(0, ROWS_SHOWN).map((row) => `${placeText({ ...row, revision: 'head' })} (${row.effect.toFixed(1)})`); // biome-ignore format: one idea
  const more = rows.length > shown.length ? ` and ${rows.length - shown.length} more` : '';
  return fold(`Most exposed: ${shown.join(', ')}${more}; the first: ${rows[0]!.why}.`, '  ');
}

function unseenText({ answers, cut, notes }: Audit, { fold }: Pen): string {
  const blind = answers.filter(({ outcome, blind }) => outcome === 'measured' && blind !== '');
  const lines = [
    ...blind.map(({ attack, blind }) => `${attack}: ${blind}`),
    ...(cut ? ['The time was up before all was asked: raise --budget, or name fewer attacks.'] : []),
    ...notes,
  ];
  if (lines.length === 0) return '';
  return ['What this could not see:', ...lines.map((line) => `- ${fold(line, '  ').trimStart()}`)].join('\n');
}

function costText({ cost, seed }: Audit): string {
  if (cost.shadows === 0) return `No shadow model was trained; seed ${seed}.`;
  return `${plural(cost.shadows, 'shadow model')} in ${formatValue(cost.seconds, 'seconds')} on ${cost.provider}, peak memory ${formatBytes(cost.peak_bytes)}; seed ${seed}.`;
}
