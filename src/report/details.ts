import type { Review, ReviewFinding } from '../review/review.ts';
import { outcomeWord } from './culprits.ts';
import { foldedSection, type Section } from './cut.ts';
import { deltaTable, subjectName } from './delta-table.ts';
import { prose } from './escape.ts';
import { findingRows } from './finding-rows.ts';
import type { Links } from './place.ts';
import { formatCount } from './quantity.ts';
import { tensorTable } from './tensor-table.ts';
import { bySeverity } from './triage.ts';

const FAMILIES: readonly (readonly [ReviewFinding['family'], string])[] = [
  ['leakage', 'Leakage'],
  ['poisoning', 'Poisoning'],
  ['weights', 'Weights'],
  ['data', 'Data'],
  ['unknown', 'Other checks'],
];

export interface DetailsOptions {
  readonly links: Links | null;
  readonly rows: number;
}

/** All findings that are not ignored, one folded section per family, worst first. */
export function details(review: Review, options: DetailsOptions): Section[] {
  return FAMILIES.flatMap(([family, title], index) => {
    const findings = bySeverity(review.findings.filter((finding) => finding.family === family && !finding.ignored));
    if (findings.length === 0) return [];
    const blocks = findings.map((finding) => () => findingBlock(review, finding, options));
    return [foldedSection(title, 20 + index, `${title}: ${counts(findings)}`, blocks)];
  });
}

/** Findings that the configuration or a person accepts, with reason and expiry; null when there are none. */
export function ignoredSection(review: Review, options: DetailsOptions): Section | null {
  const findings = bySeverity(review.findings.filter((finding) => finding.ignored));
  if (findings.length === 0) return null;
  const blocks = findings.map((finding) => () => {
    const until = finding.ignored?.until ? `until ${prose(finding.ignored.until, 10)}` : 'without expiry';
    const by = finding.ignored?.by;
    const who = by === undefined ? 'Ignored' : `Accepted by ${prose(by, 200)}`;
    return `${who} ${until}, because: ${prose(finding.ignored?.reason ?? '', 300)}\n\n${findingBlock(review, finding, options)}`;
  });
  const byPeople = findings.some(({ ignored }) => ignored?.by !== undefined);
  const title = byPeople ? 'Accepted' : 'Ignored by the configuration';
  return foldedSection('Ignored', 30, `${title}: ${formatCount(findings.length)}`, blocks);
}

function findingBlock(review: Review, finding: ReviewFinding, options: DetailsOptions): string {
  const facts = [
    `on ${prose(subjectName(finding), 100)}`,
    ...(finding.gated ? ['gated'] : []),
    ...(finding.introduced || finding.outcome === 'pass' ? [] : ['stood in base already']),
  ];
  const parts = [
    `**${prose(finding.check, 40)}**: ${outcomeWord(finding)} · ${facts.join(' · ')}<br>${prose(finding.summary, 600)}`,
    finding.remedy === '' ? null : `What to do: ${prose(finding.remedy, 600)}`,
    deltaTable(finding.metrics.slice(0, 12).map((metric) => ({ finding, metric }))),
    tensorTable(finding.tensors ?? []),
    findingRows(review, finding, { links: options.links, limit: options.rows }),
  ];
  return parts.filter((part) => part !== null).join('\n\n');
}

/** `❌ blocks: 1, ✅ pass: 2`. */
function counts(findings: readonly ReviewFinding[]): string {
  const seen = new Map<string, number>();
  for (const finding of findings) {
    const word = outcomeWord(finding);
    seen.set(word, (seen.get(word) ?? 0) + 1);
  }
  return [...seen].map(([word, count]) => `${word}: ${count}`).join(', ');
}
