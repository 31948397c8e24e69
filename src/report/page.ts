import type { Review } from '../review/review.ts';
import { culprits } from './culprits.ts';
import { foldedSection, openSection, type Section } from './cut.ts';
import { deltaTable, keyMetrics } from './delta-table.ts';
import { type DetailsOptions, details, ignoredSection } from './details.ts';
import { code, prose } from './escape.ts';
import { limits, powerNote } from './limits.ts';
import { commitLink, type Links } from './place.ts';
import { cost, planned, ruledBy, sizes } from './provenance.ts';
import { rocChart } from './roc.ts';
import { type SinceLast, sinceSentence } from './since-last.ts';
import { verdictLine } from './verdict-line.ts';

const SIGNS: Readonly<Record<Review['verdict'], string>> = { pass: '✅', warn: '⚠️', fail: '❌', unknown: '❔' };
const KEY_METRICS = 5;

interface PageOptions extends DetailsOptions {
  readonly since?: SinceLast | null;
}

/** The parts of the written report in reading order: verdict, culprits, measures; everything else folded. */
export function page(review: Review, options: PageOptions): Section[] {
  const roc = rocChart(review);
  const ignored = ignoredSection(review, options);
  return [
    openSection('the verdict', 0, [
      heading(review),
      ...sinceThen(options.since ?? null),
      compared(review, options.links),
    ]),
    openSection('the culprits', 1, culprits(review, options.links)),
    openSection('the measures', 3, measures(review)),
    ...(review.config.proposed ? [proposed(review)] : []),
    ...details(review, options),
    ...(roc === null ? [] : [foldedSection('the ROC', 28, 'How well can one tell who was trained on? (ROC)', [roc])]),
    ...(ignored === null ? [] : [ignored]),
    howTo(review),
    unseen(review),
  ];
}

function heading(review: Review): string {
  const { word, because } = verdictLine(review);
  return `### ${SIGNS[review.verdict]} Taster: ${word} — ${prose(because, 300)}`;
}

function sinceThen(since: SinceLast | null): string[] {
  return since === null
    ? []
    : [`**Since the last review** (of ${code(since.sha.slice(0, 7))}): ${sinceSentence(since)}`];
}

function compared(review: Review, links: Links | null): string {
  const rows = prose(sizes(review), 400);
  const commits = `base ${commitLink(review, 'base', links)} → head ${commitLink(review, 'head', links)}`;
  return `<sub>${rows === '' ? '' : `${rows} · `}${commits}</sub>`;
}

function measures(review: Review): string[] {
  const table = deltaTable(keyMetrics(review, KEY_METRICS));
  const power = powerNote(review);
  return [...(table === null ? [] : [table]), ...(power === null ? [] : [`<sub>${prose(power, 600)}</sub>`])];
}

function proposed(review: Review): Section {
  return openSection('the proposed configuration', 4, [
    `#### Proposed configuration: never gates\nThis change also edits \`.github/taster.yml\`. The verdict above uses ${ruledBy(review)}; the edited one takes effect only after it is merged. Read its gates and ignores as you would read code.`,
  ]);
}

function howTo(review: Review): Section {
  const plan = planned(review);
  const columns = review.data.flatMap((data) =>
    data.columns.length === 0
      ? []
      : [
          `Columns of ${code(data.name, 60)} as they were read: ${data.columns
            .slice(0, 40)
            .map((column) => prose(column, 120))
            .join('; ')}.`,
        ],
  );
  const blocks = [
    `Reproduce: ${code(review.reproduce.command, 1000)}`,
    `Cost: ${prose(cost(review), 300)}`,
    ...(plan === null || review.plan === null
      ? []
      : [`Plan: ${prose(plan, 500)}, nonce ${code(review.plan.nonce, 64)}.`]),
    ...columns,
    `Taster ${code(review.tool.version, 40)}, configuration ${review.config.sha256 === null ? 'none' : code(review.config.sha256.slice(0, 12))}.`,
  ];
  return foldedSection('how to reproduce', 5, 'Reproduce, cost, plan', blocks);
}

function unseen(review: Review): Section {
  const sentences = limits(review).slice(0, 60);
  const lines = sentences.map((sentence) => `- ${prose(sentence, 500) || '–'}`);
  return foldedSection('limits', 6, 'What this could not see', lines.length === 0 ? [] : [lines.join('\n')]);
}
