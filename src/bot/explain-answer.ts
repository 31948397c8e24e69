import type { Check } from '../checks/check.ts';
import { checkFamilies, isAboutFiles } from '../checks/ids.ts';
import { checks as builtChecks } from '../checks/index.ts';
import { code, prose } from '../report/escape.ts';
import { placeText } from '../report/place.ts';
import { plural } from '../report/quantity.ts';
import type { Review, ReviewFinding, ReviewRow } from '../review/review.ts';
import { isNamed } from './acceptance.ts';

const MOST_FINDINGS = 10;
const MOST_VICTIMS = 5;
const SENTENCE = 1000;

/** What a check asks and found in a review, or why a row is named; `review` is null where none is kept. */
export function explainAnswer(about: string, review: Review | null, checks: readonly Check[] = builtChecks): string {
  const check = checks.find(({ id }) => id === about);
  if (check !== undefined) return explainCheck(check, review);
  if (checkFamilies.has(about)) return `The check ${code(about)} is not in this version of Taster.`;
  if (review === null) return 'No report of the head commit is kept: only checks can be explained.';
  const findings = review.findings.filter((finding) => rowAbout(finding, about) !== undefined);
  if (findings.length === 0)
    return `In this commit no finding names ${code(about)}, and no check is called so. Rows are named as in the report (\`FILE:LINE\`), or by \`id=ID\`.`;
  return [
    `${code(about)} is named by ${plural(findings.length, 'finding')}:`,
    ...listed(findings, (finding) => rowLine(finding, about)),
  ].join('\n\n');
}

function explainCheck(check: Check, review: Review | null): string {
  const here = review?.findings.filter((finding) => finding.check === check.id) ?? [];
  const about = isAboutFiles(check.id) ? 'file of weights' : 'data set';
  return [
    `**${code(check.id)}** ${prose(check.question, SENTENCE)}`,
    prose(check.why, SENTENCE),
    `What to do: ${prose(check.remedy, SENTENCE)}`,
    review === null
      ? 'No report of the head commit is kept.'
      : here.length === 0
        ? `In this commit it was asked about no ${about}.`
        : 'In this commit:',
    ...listed(here, findingLine),
  ].join('\n\n');
}

function listed(findings: readonly ReviewFinding[], line: (finding: ReviewFinding) => string): string[] {
  if (findings.length === 0) return [];
  const rest = findings.length - MOST_FINDINGS;
  const lines = findings.slice(0, MOST_FINDINGS).map((finding) => `- ${line(finding)}`);
  return [[...lines, ...(rest > 0 ? [`- and ${rest} more`] : [])].join('\n')];
}

function findingLine(finding: ReviewFinding): string {
  const { data, model } = finding.subject;
  const on = data ?? model;
  const rows = finding.rowsTotal > 0 ? ` Rows: ${finding.rowsTotal}.` : '';
  const by = finding.ignored === null ? '' : `, accepted until ${prose(finding.ignored.until ?? 'ever', 10)}`;
  return `${finding.outcome}${by}${on === null ? '' : ` on ${code(on)}`}: ${prose(finding.summary, SENTENCE)}${rows}`;
}

/** The row itself, or else the first one that touches it. */
function rowAbout({ rows }: ReviewFinding, about: string): ReviewRow | undefined {
  return rows.find(isNamed(about)) ?? rows.find(({ victims }) => victims.some(isNamed(about)));
}

function rowLine(finding: ReviewFinding, about: string): string {
  const row = rowAbout(finding, about)!;
  const victims = row.victims.slice(0, MOST_VICTIMS).map((victim) => code(placeText(victim)));
  const more = row.victims.length - victims.length;
  const touched =
    victims.length === 0 ? '' : ` Other rows: ${victims.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
  const by = isNamed(about)(row) ? '' : ` Touched by ${code(placeText(row))}.`;
  const why = row.why === '' ? '' : ` ${prose(row.why, SENTENCE)}`;
  const { check, outcome, summary, remedy } = finding;
  return `${code(check)} (${outcome}): ${prose(summary, SENTENCE)}${by}${why}${touched} What to do: ${prose(remedy, SENTENCE)}`;
}
