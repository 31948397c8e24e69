import { oneLine } from '../errors.ts';
import type { Review, ReviewFinding, ReviewRow } from '../review/review.ts';
import { visible } from './escape.ts';
import { pairWord } from './finding-rows.ts';
import { placeText } from './place.ts';
import { type NamedOnce, rowsOnce } from './rows-once.ts';
import { triage } from './triage.ts';

/** A remark beside a line of the change. Texts are single lines, not yet escaped for a workflow command. */
export interface Annotation {
  readonly path: string;
  /** One-based; null for the file as a whole. */
  readonly line: number | null;
  readonly level: 'error' | 'warning' | 'notice';
  readonly title: string;
  readonly message: string;
}

/** The worst `limit` remarks. GitHub shows 10 errors and 10 warnings a step: every finding gets its turn. */
export function annotations(review: Review, limit = 10): Annotation[] {
  const { blocking, others } = remarks(review);
  return [...takeTurns(blocking), ...takeTurns(others)].slice(0, limit).map(annotation);
}

/** How many remarks there are without a limit. */
export function remarkCount(review: Review): number {
  const { blocking, others } = remarks(review);
  return [...blocking, ...others].reduce((count, list) => count + list.length, 0);
}

/** An annotation as the line that a runner reads: `::error file=a.csv,line=3,title=t::message`. */
export function workflowCommand({ path, line, level, title, message }: Annotation): string {
  const properties = [
    `file=${property(path)}`,
    ...(line === null ? [] : [`line=${line}`]),
    `title=${property(oneLine(title, 100))}`,
  ];
  return `::${level} ${properties.join(',')}::${data(oneLine(message, 700))}`;
}

/** A remark before it is put in words: a row, or null for the finding as a whole. */
interface Remark {
  readonly finding: ReviewFinding;
  readonly row: ReviewRow | null;
}

/** The remarks of each finding, broken gates apart. */
function remarks(review: Review): { readonly blocking: Remark[][]; readonly others: Remark[][] } {
  const { blocking, told, undecided } = triage(review);
  const lists = rowsOnce([...blocking, ...told, ...undecided]).map(remarksOf);
  return { blocking: lists.slice(0, blocking.length), others: lists.slice(blocking.length) };
}

function remarksOf({ finding, rows: named }: NamedOnce): Remark[] {
  const rows = named.filter((row) => row.revision === 'head' && row.path !== '');
  if (rows.length > 0) return rows.map((row) => ({ finding, row }));
  if (finding.rows.length > 0 && named.length === 0) return [];
  return (finding.subject.path ?? finding.subject.model ?? '') === '' ? [] : [{ finding, row: null }];
}

function annotation({ finding, row }: Remark): Annotation {
  const level = finding.broken ? 'error' : 'warning';
  const title = visible(`Taster: ${finding.check}`, 100);
  if (row !== null) return { path: row.path, line: row.line, level, title, message: rowMessage(finding, row) };
  const path = finding.subject.path ?? finding.subject.model ?? '';
  return { path, line: null, level, title, message: visible(`${finding.summary} ${finding.remedy}`, 400) };
}

/** Why a row is named, what it does to another, and what to do: one line. */
export function rowMessage(finding: ReviewFinding, row: ReviewRow): string {
  const [victim] = row.victims;
  const more = row.victims.length > 1 ? ` and ${row.victims.length - 1} more` : '';
  const verb = { exposes: 'Exposes', 'may expose': 'May expose', 'other row': 'The other row:' }[pairWord(finding)];
  const exposes = victim ? ` ${verb} ${placeText(victim)} (${victim.revision})${more}.` : '';
  return visible(`${visible(row.why, 200)}${exposes} ${visible(finding.remedy, 200)}`, 700);
}

function takeTurns(lists: readonly (readonly Remark[])[]): Remark[] {
  const longest = lists.reduce((most, list) => Math.max(most, list.length), 0);
  return Array.from({ length: longest }, (_, turn) => lists.flatMap((list) => list.slice(turn, turn + 1))).flat();
}

/** No control or hidden characters, no `##[` (a runner looks for it anywhere in a line), the command's own signs escaped. */
function data(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, '')
    .replaceAll('##[', '#\u200a#[')
    .replaceAll('%', '%25');
}

/** Properties end at commas and colons as well. */
function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
