import type { Review, ReviewFinding, ReviewTensor } from '../../review/review.ts';
import { subjectName } from '../delta-table.ts';
import type { Links } from '../place.ts';
import { formatCount, formatValue, plural } from '../quantity.ts';
import { chip } from './chip.ts';
import { figureHtml } from './figure.ts';
import { metricsTable } from './metrics.ts';
import { namedPlaces, namedRows } from './named-rows.ts';
import { type Cell, table } from './table.ts';
import { mono, sentence, ticked, words } from './text.ts';
import { whiskers } from './whiskers.ts';

const ABSENT = '–';

export interface FindingOptions {
  readonly links: Links | null;
  /** Unique on the page; letters and digits. */
  readonly id: string;
}

/** One finding whole: outcome, words, measures, figures, tensors, rows. */
export function findingHtml(review: Review, finding: ReviewFinding, options: FindingOptions): string {
  const { id } = options;
  const measured = finding.metrics.slice(0, 50).map((metric) => ({ finding, metric }));
  const places = namedPlaces(finding, id);
  const figures = finding.figures
    .slice(0, 10)
    .map((figure, at) =>
      figureHtml(figure, {
        id: `${id}-f${at}`,
        file: 'review.json',
        places,
        whiskers: (drawn) => whiskers(finding, drawn),
      }),
    )
    .filter((figure) => figure !== null);
  const facts = [
    `on ${mono(subjectName(finding), 120)}`,
    finding.family,
    ...(finding.gated ? ['a gate'] : []),
    ...(finding.introduced || finding.outcome === 'pass' ? [] : ['stood in base already']),
  ];
  const until = finding.ignored?.until ? `until ${words(finding.ignored.until, 10)}` : 'without expiry';
  const by = finding.ignored?.by;
  const accepted = by === undefined ? 'Ignored' : `Accepted by ${words(by, 200)}`;
  return `<article class="finding" id="${id}" aria-labelledby="${id}-h">
<h3 id="${id}-h">${chip(finding)} ${words(finding.check, 40) || 'a check without a name'}</h3>
<p class="facts">${facts.join(' · ')}</p>
<p>${words(sentence(finding.summary), 1000)}</p>
${finding.ignored ? `<p><b>${accepted} ${until}, because:</b> ${words(finding.ignored.reason, 500)}</p>` : ''}
${finding.remedy === '' ? '' : `<p class="remedy"><b>What to do.</b> ${ticked(words(sentence(finding.remedy), 1000))}</p>`}
${finding.unseen ? `<p class="note">${plural(finding.unseen, 'row')} of the change could not be looked at.</p>` : ''}
${metricsTable(measured, `Measures of ${words(finding.check, 40)} (${id.slice(1)})`, false)}
${figures.length > 0 ? `<div class="figures">${figures.join('')}</div>` : ''}
${tensorRows(finding, id)}
${namedRows(review, finding, options)}
</article>`.replace(/\n{2,}/g, '\n');
}

function tensorRows({ tensors = [], check }: ReviewFinding, id: string): string {
  if (tensors.length === 0) return '';
  const rows = tensors.slice(0, 100).map((tensor): Cell[] => [
    mono(tensor.name, 80),
    words(tensor.kind, 20) + (tensor.notFinite > 0 ? `, ${formatCount(tensor.notFinite)} not finite` : ''),
    words(formOf(tensor), 120),
    tensor.kind === 'changed' && tensor.relativeNorm === null ? 'from zero' : number(tensor.relativeNorm, formatValue(tensor.relativeNorm, 'share')), // biome-ignore format: one idea
    number(tensor.cosine, tensor.cosine?.toFixed(3)),
    number(tensor.effectiveRank, `${tensor.effectiveRank?.toFixed(1)} of ${formatValue(tensor.fullRank, '')}`),
    number(tensor.share, formatValue(tensor.share, 'share')),
  ]);
  const heading = [
    'tensor',
    'what',
    'type and shape',
    '#change / norm',
    '#cosine',
    '#effective rank',
    '#numbers moved',
  ];
  return `<h4>Tensors</h4>${table({ caption: `Tensors of ${words(check, 40)} (${id.slice(1)})`, heading, rows, sortable: true })}`;
}

function formOf({ base, head }: ReviewTensor): string {
  return base !== null && head !== null && base !== head ? `${base} → ${head}` : (head ?? base ?? ABSENT);
}

function number(value: number | null, text: string | undefined): Cell {
  return value === null || text === undefined ? ABSENT : { html: text, sort: value };
}
