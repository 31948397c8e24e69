import type { AttackAnswer, Audit, AuditTable } from '../../audit/audit.ts';
import { visible } from '../escape.ts';
import type { TerminalOptions } from '../terminal.ts';
import { columns, wrap } from '../wrap.ts';
import { cellText } from './cell.ts';

const ROWS_SHOWN = 10;
const TINT = { measured: 32, unknown: 34, 'not-applicable': 2, error: 31 } as const;

/** An audit for a terminal: each attack's sentence, its tables, the rows it names, what it cannot see. */
export function renderAuditTerminal(audit: Audit, { color, width }: TerminalOptions): string {
  const paint = (code: number, text: string) => (color ? `\u001b[${code}m${text}\u001b[0m` : text);
  const fold = (text: string, indent = '') => wrap(visible(text, 1200), { width, indent });
  const parts = [
    ...audit.data.map((data) => fold(dataText(data))),
    ...audit.answers.map((answer) => answerText(answer, paint, fold)),
    ...(audit.cut ? [fold('The time was up before all was asked: raise --budget, or name fewer attacks.')] : []),
    ...audit.notes.map((note) => fold(`Note: ${note}`)),
    `Reproduce: ${visible(audit.reproduce.command, 1000)}\n${fold(costText(audit))}`,
  ];
  return `${parts.join('\n\n')}\n`;
}

function dataText({
  name,
  path,
  rows,
  used,
  slice,
  shadows,
  epochs,
  trainAccuracy,
  testAccuracy,
}: Audit['data'][number]): string {
  const sampled = used < rows ? `, ${used.toLocaleString('en-US')} of them used` : '';
  const trained =
    slice === null
      ? 'no shadow model could be trained'
      : `${slice}, ${shadows} shadow models an ensemble, ${epochs} epochs`;
  const right =
    trainAccuracy === null || testAccuracy === null
      ? ''
      : `; right on ${(100 * trainAccuracy).toFixed(0)}% of their own rows and ${(100 * testAccuracy).toFixed(0)}% of others`;
  return `Audit of ${name} (${path}): ${rows.toLocaleString('en-US')} rows${sampled}; ${trained}${right}.`;
}

function answerText(
  answer: AttackAnswer,
  paint: (code: number, text: string) => string,
  fold: (text: string, indent?: string) => string,
): string {
  const { attack, data, outcome, summary, tables, rows, blind, question, cost } = answer;
  const shown = rows.slice(0, ROWS_SHOWN);
  return [
    paint(1, fold(`${attack} · ${data}: ${question}`)),
    paint(TINT[outcome], fold(outcome === 'measured' ? summary : `${outcome}: ${summary}`)),
    ...tables.map((table) => tableText(table, fold)),
    ...(shown.length === 0
      ? []
      : [
          `Rows that would be exposed most${rows.length > shown.length ? ` (${shown.length} of ${rows.length})` : ''}:\n${shown
            .map(
              ({ path, line, ordinal, why }) =>
                `  ${visible(path, 200)}:${line ?? `row ${ordinal + 1}`}  ${visible(why, 200)}`,
            )
            .join('\n')}`,
        ]),
    ...(outcome === 'measured'
      ? [fold(`Not seen: ${blind}`), fold(`${cost.shadows} shadow models, ${Math.round(cost.seconds)} s.`)]
      : []),
  ].join('\n');
}

function tableText(
  { title, note, columns: head, rows }: AuditTable,
  fold: (text: string, indent?: string) => string,
): string {
  const table = columns([head.map((one) => visible(one, 100)), ...rows.map((row) => row.map(cellText))], '  ');
  return `\n${fold(title)}\n${table}${note === '' ? '' : `\n${fold(note, '  ')}`}\n`;
}

function costText({ cost, seed }: Audit): string {
  return `${cost.shadows.toLocaleString('en-US')} shadow models in ${Math.round(cost.seconds)} s on ${cost.provider}, ${(cost.peak_bytes / 2 ** 20).toFixed(0)} MiB; seed ${seed}.`;
}
