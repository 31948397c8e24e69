import type { Review, ReviewFinding } from '../review/review.ts';
import { keyMetrics } from './delta-table.ts';
import { namedId, pairWord } from './finding-rows.ts';
import { limits, powerNote } from './limits.ts';
import { logText } from './log-text.ts';
import { type Place, placeText } from './place.ts';
import { cost, sizes } from './provenance.ts';
import { formatCount, formatDelta, formatEstimate, formatValue, metricLabel, plural } from './quantity.ts';
import { type NamedOnce, rowsOnce } from './rows-once.ts';
import { triage } from './triage.ts';
import { verdictLine } from './verdict-line.ts';
import { columns, wrap } from './wrap.ts';

export interface TerminalOptions {
  readonly color: boolean;
  /** Characters per line. */
  readonly width: number;
}

const ROWS_SHOWN = 20;
const VICTIMS_SHOWN = 3;
const COLORS = { red: 31, yellow: 33, green: 32, blue: 36, bold: 1, dim: 2 } as const;
const VERDICT_COLOR = { fail: 'red', warn: 'yellow', pass: 'green', unknown: 'blue' } as const;

type Paint = (color: keyof typeof COLORS, text: string) => string;

/** The review for a terminal or a log: verdict, culprits by file and line, measures, what is not known. */
export function renderTerminal(review: Review, { color, width }: TerminalOptions): string {
  const paint: Paint = (name, text) => (color ? `\u001b[${COLORS[name]}m${text}\u001b[0m` : text);
  const fold = (text: string, indent = ''): string => wrap(logText(text, 1200), { width, indent });
  const { blocking, undecided, told, open, standing, ignored } = triage(review);
  const { word, because } = verdictLine(review);
  const power = powerNote(review);
  const parts: (string | null)[] = [
    paint(VERDICT_COLOR[review.verdict], fold(`Taster: ${word} — ${because}`)) +
      `\n${paint('dim', fold(compared(review)))}`,
    ...rowsOnce([...blocking, ...undecided, ...told]).map((one) => findingText(one, paint, fold)),
    list('Not gated, and no answer', open, fold),
    list('Stood in base already', standing, fold),
    list('Ignored by the configuration', ignored, fold),
    metricTable(review),
    power === null ? null : fold(power),
    `What this could not see:\n${limits(review)
      .map((sentence) => fold(`- ${logText(sentence, 500)}`, '  '))
      .join('\n')}`,
    // Not folded: it is there to be copied.
    `Reproduce: ${logText(review.reproduce.command, 1000)}\n${fold(cost(review))}`,
  ];
  return `${parts.filter((part) => part !== null).join('\n\n')}\n`;
}

function compared(review: Review): string {
  const commits = `base ${review.base.sha.slice(0, 7)} → head ${review.head.sha.slice(0, 7)}`;
  return [sizes(review), commits].filter((part) => part !== '').join(' · ');
}

function findingText(
  { finding, rows, repeated }: NamedOnce,
  paint: Paint,
  fold: (text: string, indent?: string) => string,
): string {
  const state = finding.broken ? `${finding.outcome}, blocks` : finding.outcome;
  const tint = finding.outcome === 'warn' ? 'yellow' : finding.outcome === 'fail' ? 'red' : 'blue';
  const shown = rows.slice(0, ROWS_SHOWN);
  const rest = Math.max(finding.rowsTotal, finding.rows.length) - shown.length - repeated;
  return [
    paint(tint, fold(`${logText(finding.check, 40)} (${state}): ${logText(finding.summary, 600)}`)),
    ...shown.map((row) => rowText(finding, row)),
    ...(repeated > 0 ? [`  ${plural(repeated, 'row')} named above`] : []),
    ...(finding.rows.length > 0 && rest > 0 ? [`  …and ${formatCount(rest)} more`] : []),
    ...(finding.remedy === '' ? [] : [fold(`What to do: ${logText(finding.remedy, 600)}`, '  ')]),
  ].join('\n');
}

function rowText(finding: ReviewFinding, row: ReviewFinding['rows'][number]): string {
  const id = namedId(row);
  const place = `  ${placeWords(row)}${id === null ? '' : ` (id ${logText(id, 60)})`}`;
  if (row.victims.length === 0) return row.why === '' ? place : `${place}  ${logText(row.why, 160)}`;
  const verb = { exposes: 'exposes', 'may expose': 'may expose', 'other row': 'like' }[pairWord(finding)];
  const victims = row.victims
    .slice(0, VICTIMS_SHOWN)
    .map((victim) => `${placeWords(victim)} (${victim.effect.toFixed(2)})`);
  const more = row.victims.length > VICTIMS_SHOWN ? `, and ${row.victims.length - VICTIMS_SHOWN} more` : '';
  return `${place} ${verb} ${victims.join(', ')}${more}`;
}

function placeWords(place: Place): string {
  return `${logText(placeText(place), 300)}${place.revision === 'base' ? ' in base' : ''}`;
}

function list(
  title: string,
  findings: readonly ReviewFinding[],
  fold: (text: string, indent?: string) => string,
): string | null {
  if (findings.length === 0) return null;
  const lines = findings.slice(0, 20).map((finding) => {
    const why = finding.ignored
      ? ` [${logText(finding.ignored.reason, 200)}, until ${logText(finding.ignored.until ?? 'ever', 10)}]`
      : '';
    return fold(`- ${logText(finding.check, 40)} (${finding.outcome}): ${logText(finding.summary, 300)}${why}`, '  ');
  });
  const rest = findings.length - lines.length;
  return [`${title}:`, ...lines, ...(rest > 0 ? [`  …and ${rest} more`] : [])].join('\n');
}

function metricTable(review: Review): string | null {
  const measured = keyMetrics(review, 8);
  if (measured.length === 0) return null;
  const rows = measured.map(({ finding, metric }) => [
    logText(`${finding.check}: ${metricLabel(metric)}`, 50),
    logText(formatEstimate(metric.base, metric.unit), 40),
    logText(formatEstimate(metric.head, metric.unit), 40),
    logText(formatDelta(metric.delta, metric.unit), 40),
    logText(formatValue(metric.limit, metric.unit), 20),
  ]);
  return columns([['measure [95% interval]', 'base', 'head', 'change', 'limit'], ...rows], '  ');
}
