import { checkFamilies } from '../checks/ids.ts';
import { code, prose } from '../report/escape.ts';
import { placeText } from '../report/place.ts';
import { plural } from '../report/quantity.ts';
import type { Review } from '../review/review.ts';
import { isBroken } from '../review/verdict.ts';
import { type Acceptance, type Chosen, isAcceptable } from './acceptance.ts';

/** Answers to commands, as markdown. What comes from elsewhere is shown literally: no mention, no markup of its own. */

const COMMANDS = [
  ['/taster rerun', 'reviews the head commit again'],
  ['/taster explain CHECK', 'says what a check asks, and what it found here'],
  ['/taster explain FILE:LINE', 'says why a row is named; `id=ID` names it by its id'],
  ['/taster accept CHECK until DATE because REASON', 'accepts what the check found in this commit'],
  ['/taster accept CHECK FILE:LINE, FILE:LINE until DATE because REASON', 'accepts these rows'],
  ['/taster help', 'shows this'],
] as const;

const LIST_LENGTH = 10;
const SHOWN = 120;

export const helpAnswer: string = [
  'In the first line of a comment, people with write access can say:',
  COMMANDS.map(([command, what]) => `- \`${command}\`: ${what}`).join('\n'),
  'DATE is the last day, at most a year away, as 2027-01-31.',
].join('\n\n');

export const refusalAnswer = (login: string): string =>
  `Thank you, ${code(login)}. Commands are for people with write access to this repository: ask one of them to say it. You are told this once.`;

export const misreadAnswer = (problem: string): string => `Nothing was done. ${problem}\n\n${helpAnswer}`;

/** Why a command finds nothing to work on. */
export const NOT_YET =
  'The head commit has no concluded review yet. Say it again when the check run has its conclusion.';
export const MOVED = 'Nothing was accepted: a newer commit came after the comment. Read its report and say it again.';
export const NO_REPORT = 'The report of this review is not kept any more. `/taster rerun` makes a new one.';
export const BUSY = 'The head commit is under review already.';
export const NO_PULL = 'There is nothing to review: the pull request is a draft, or GitHub does not show it.';

/** What can be accepted, as commands to copy. */
export function howToAcceptAnswer(review: Review, until: string): string {
  // A name that is not ours could end the block of code.
  const ours = review.findings.filter((finding) => isAcceptable(finding) && checkFamilies.has(finding.check));
  const checks = [...new Set(ours.map(({ check }) => check))];
  if (checks.length === 0) return 'There is nothing to accept: no check warns or fails because of this change.';
  const broken = checks.filter((check) => review.findings.some((each) => each.check === check && isBroken(each)));
  const list = [...broken, ...checks.filter((check) => !broken.includes(check))].slice(0, LIST_LENGTH);
  return [
    'To accept what a check found in this commit, copy a line into a comment of its own and end it with the reason:',
    ['```text', ...list.map((check) => `/taster accept ${check} until ${until} because `), '```'].join('\n'),
    'Rows that come later are not accepted with it.',
  ].join('\n\n');
}

/** What stands against accepting. */
export function notAcceptedAnswer(
  check: string,
  { problem, rows }: { readonly problem: 'nothing' | 'rows'; readonly rows: readonly string[] },
  review: Review,
): string {
  if (problem === 'rows') {
    const more = rows.length > LIST_LENGTH ? ` and ${rows.length - LIST_LENGTH} more` : '';
    const shown = rows.slice(0, LIST_LENGTH).map((row) => code(row, SHOWN));
    return `Nothing was accepted: in this commit ${code(check)} does not name ${shown.join(', ')}${more}. Rows are named as in the report (\`FILE:LINE\`), or by \`id=ID\`.`;
  }
  const there = review.findings.filter((finding) => finding.check === check);
  const word = ({ outcome, ignored, introduced }: Review['findings'][number]) =>
    ignored !== null ? 'accepted already' : introduced ? outcome : `${outcome}, which base has already`;
  const said = [...new Set(there.map(word))];
  const state = said.length === 0 ? 'it said nothing' : `it says: ${said.join(', ')}`;
  return `Nothing was accepted: of ${code(check)} only what warns or fails because of this change can be; in this commit ${state}.`;
}

/** The record of an acceptance. `review`: the kept review with it applied, every row's id a hash. */
export function acceptedAnswer(acceptances: readonly Acceptance[], review: Review): string {
  const [first] = acceptances;
  if (first === undefined) throw new Error('no acceptance to tell of');
  const who = `${code(first.by)}${first.own ? ' (the author of the change)' : ''}`;
  return [
    `**Accepted** by ${who} until ${prose(first.until, 10)}, because: ${prose(first.reason, 500)}`,
    acceptances.map((each) => `- ${lineOf(each, review)}`).join('\n'),
    `At commit ${code(first.head.slice(0, 7))}. Other rows, and another content of these, are not covered. A figure of the whole data set is accepted in this commit alone.`,
  ].join('\n\n');
}

function lineOf(chosen: Chosen, review: Review): string {
  const finding = review.findings.find(({ id }) => id === chosen.finding);
  const about = finding?.subject.data ?? finding?.subject.model ?? null;
  const places = (finding?.rows ?? [])
    .filter(({ id }) => chosen.rows.includes(id))
    .slice(0, LIST_LENGTH)
    .map((row) => code(placeText(row), SHOWN));
  const more = chosen.rows.length - places.length;
  const list = places.length === 0 ? '' : ` (${places.join(', ')}${more > 0 ? ` and ${more} more` : ''})`;
  const rows = chosen.rows.length === 0 ? 'the finding as a whole' : plural(chosen.rows.length, 'row') + list;
  const isOpen = finding !== undefined && finding.ignored === null;
  const state = isOpen ? '; the finding stays as it is, since not all of it is accepted' : '';
  return `${code(chosen.check)}${about === null ? '' : ` on ${code(about, SHOWN)}`}: ${rows}${state}`;
}
