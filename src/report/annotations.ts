import { oneLine } from '../errors.ts';
import type { Review, ReviewFinding } from '../review/review.ts';
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
  const { blocking, told, undecided } = triage(review);
  const findings = rowsOnce([...blocking, ...told, ...undecided]);
  const errors = findings.slice(0, blocking.length).map(remarks);
  return [...takeTurns(errors), ...takeTurns(findings.slice(blocking.length).map(remarks))].slice(0, limit);
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

function remarks({ finding, rows: named }: NamedOnce): Annotation[] {
  const level = finding.broken ? 'error' : 'warning';
  const title = visible(`Taster: ${finding.check}`, 100);
  const rows = named.filter((row) => row.revision === 'head' && row.path !== '');
  if (rows.length > 0)
    return rows.map((row) => ({ path: row.path, line: row.line, level, title, message: rowMessage(finding, row) }));
  if (finding.rows.length > 0 && named.length === 0) return [];
  const path = finding.subject.path ?? finding.subject.model;
  if (path === null || path === '') return [];
  return [{ path, line: null, level, title, message: visible(`${finding.summary} ${finding.remedy}`, 400) }];
}

/** Why a row is named, what it does to another, and what to do: one line. */
export function rowMessage(finding: ReviewFinding, row: ReviewFinding['rows'][number]): string {
  const [victim] = row.victims;
  const more = row.victims.length > 1 ? ` and ${row.victims.length - 1} more` : '';
  const verb = { exposes: 'Exposes', 'may expose': 'May expose', 'other row': 'The other row:' }[pairWord(finding)];
  const exposes = victim ? ` ${verb} ${placeText(victim)} (${victim.revision})${more}.` : '';
  return visible(`${visible(row.why, 200)}${exposes} ${visible(finding.remedy, 200)}`, 700);
}

function takeTurns(lists: readonly (readonly Annotation[])[]): Annotation[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
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
