import { oneLine } from '../errors.ts';
import type { Review, ReviewFinding } from '../review/review.ts';
import { visible } from './escape.ts';
import { placeText } from './place.ts';
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
  return [...takeTurns(blocking.map(remarks)), ...takeTurns([...told, ...undecided].map(remarks))].slice(0, limit);
}

/** An annotation as the line that a runner reads: `::error file=a.csv,line=3,title=t::message`. */
export function workflowCommand({ path, line, level, title, message }: Annotation): string {
  const properties = [
    `file=${property(path)}`,
    ...(line === null ? [] : [`line=${line}`]),
    `title=${property(oneLine(title, 100))}`,
  ];
  return `::${level} ${properties.join(',')}::${data(oneLine(message))}`;
}

function remarks(finding: ReviewFinding): Annotation[] {
  const level = finding.broken ? 'error' : 'warning';
  const title = visible(`Taster: ${finding.check}`, 100);
  const rows = finding.rows.filter((row) => row.revision === 'head' && row.path !== '');
  if (rows.length > 0)
    return rows.map((row) => ({ path: row.path, line: row.line, level, title, message: rowMessage(finding, row) }));
  const path = finding.subject.path ?? finding.subject.model;
  if (path === null || path === '') return [];
  return [{ path, line: null, level, title, message: visible(`${finding.summary} ${finding.remedy}`, 400) }];
}

function rowMessage(finding: ReviewFinding, row: ReviewFinding['rows'][number]): string {
  const [victim] = row.victims;
  const more = row.victims.length > 1 ? ` and ${row.victims.length - 1} more` : '';
  const exposes =
    victim && finding.family === 'leakage' ? ` Exposes ${placeText(victim)} (${victim.revision})${more}.` : '';
  return visible(`${visible(row.why, 200)}${exposes} ${visible(finding.remedy, 200)}`, 700);
}

function takeTurns(lists: readonly (readonly Annotation[])[]): Annotation[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, turn) => lists.flatMap((list) => list.slice(turn, turn + 1))).flat();
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** The path must stay the file's name: it is escaped, not cleaned. */
function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
