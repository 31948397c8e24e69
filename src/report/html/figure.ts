import type { ReviewFigure, ReviewFinding } from '../../review/review.ts';
import { formatCount, plural } from '../quantity.ts';
import { COLOURS, DASHES, dotColour, draw, LOWEST_RATE, SIGNS, type Target, type Whisker } from './draw.ts';
import { words } from './text.ts';

/** More lines or dots than these are no picture any more. */
const SERIES_SHOWN = COLOURS;
const POINTS_SHOWN = 2000;
const ROWS_OF_MATRIX = 20;
/** Beyond this no axis keeps its letters, and no honest measure goes there. */
const LARGEST = 1e12;
const REFERENCE: Partial<Record<ReviewFigure['kind'], string>> = {
  roc: 'Both axes are logarithmic. The dotted line is pure luck; higher on the left is worse.',
  scatter: 'On the dotted line nothing changed; above it the row became easier to recognise.',
  matrix: 'Each row is one series; the stronger the colour, the larger the value.',
};

export interface FigureOptions {
  /** Unique on the page. */
  readonly id: string;
  /** Where the page speaks of a row, by the row's id. */
  readonly places: ReadonlyMap<string, Target>;
}

/** A figure with its legend and what was cut from it, as HTML; null where it holds no point. */
export function figureHtml(figure: ReviewFigure, finding: ReviewFinding, { id, places }: FigureOptions): string | null {
  const limit = figure.kind === 'matrix' ? ROWS_OF_MATRIX : SERIES_SHOWN;
  const kept = keep(figure, limit);
  if (kept.series.every(({ points }) => points.length === 0)) return null;
  const whiskers = figure.kind === 'roc' ? whiskersOf(finding, kept) : [];
  const title = words(figure.title, 200) || `A ${figure.kind} without a title`;
  const targets = kept.series.map((series) => series.ids?.map((row) => places.get(row) ?? null) ?? []);
  const leads = targets.some((some) => some.some((target) => target !== null));
  const svg = draw(
    kept,
    { whiskers, targets },
    {
      // What leads somewhere is no picture to a reader of the page: its links must be reached.
      attributes: `role="${leads ? 'group' : 'img'}" aria-labelledby="${id}-t ${id}-d"`,
      inside: `<title id="${id}-t">${title}</title><desc id="${id}-d">${describe(kept)}</desc>`,
    },
  );
  const notes = [
    ...(REFERENCE[figure.kind] ? [REFERENCE[figure.kind]!] : []),
    ...(leads ? ['A dot of a named row leads to it.'] : []),
    ...(figure.kind === 'roc' && kept.series.some(({ points }) => points.some(([, rate]) => rate < LOWEST_RATE))
      ? ['A rate of zero has no place on such an axis: a line begins where it rises above.']
      : []),
    ...(whiskers.length > 0 ? ['The upright bars are the 95% intervals at their false-positive rate.'] : []),
    ...lost(figure, kept),
  ];
  const legend = figure.kind === 'matrix' ? '' : legendOf(kept);
  return `<figure><figcaption><strong>${title}</strong>${legend}</figcaption>${svg}${notes.length > 0 ? `<p class="note">${notes.join(' ')}</p>` : ''}</figure>`;
}

function keep(figure: ReviewFigure, limit: number): ReviewFigure {
  let room = POINTS_SHOWN;
  const series = figure.series.slice(0, limit).map(({ name, points, ids }) => {
    const sound = [...points.keys()]
      .filter((at) => points[at]!.every((value) => Math.abs(value) <= LARGEST))
      .slice(0, room);
    room -= sound.length;
    const kept = { name, points: sound.map((at) => points[at]!) };
    return ids ? { ...kept, ids: sound.map((at) => ids[at] ?? '') } : kept;
  });
  return { ...figure, series };
}

function lost(figure: ReviewFigure, kept: ReviewFigure): string[] {
  const count = ({ series }: ReviewFigure) => series.reduce((sum, { points }) => sum + points.length, 0);
  const points = count(figure) - count(kept);
  const series = figure.series.length - kept.series.length;
  return [
    ...(series > 0 ? [`${plural(series, 'more series', 'more series')} not drawn.`] : []),
    ...(points > 0 ? [`${plural(points, 'point')} not drawn; review.json holds them.`] : []),
  ];
}

/** The intervals that the finding's own true-positive rates have, beside the line of their side. */
function whiskersOf({ metrics }: ReviewFinding, { series }: ReviewFigure): Whisker[] {
  return metrics.flatMap(({ name, at, ...sides }) =>
    (['base', 'head'] as const).flatMap((side) => {
      const index = series.findIndex((one) => one.name === side);
      const { low = null, high = null } = sides[side] ?? {};
      const fpr = at?.fpr;
      return name !== 'tpr' || index < 0 || fpr === undefined || !(fpr > 0 && fpr <= 1) || low === null || high === null
        ? []
        : [{ series: index, fpr, low: Math.min(1, low), high: Math.min(1, high) }];
    }),
  );
}

function legendOf({ kind, series }: ReviewFigure): string {
  const lined = kind === 'roc' || kind === 'histogram';
  const items = series.map(({ name, points }, index) => {
    const dash = DASHES[index % COLOURS];
    const mark = lined
      ? `<line x1="0" y1="6" x2="26" y2="6" stroke="var(--k${index})" stroke-width="3"${dash ? ` stroke-dasharray="${dash}"` : ''}/>`
      : kind === 'scatter'
        ? `<text x="13" y="11" text-anchor="middle" font-size="15" fill="${dotColour(index)}">${SIGNS[index]}</text>`
        : `<rect x="7" y="0" width="12" height="12" fill="var(--k${index})"/>`;
    const count = kind === 'scatter' ? ` (${formatCount(points.length)})` : '';
    return `<li><svg class="key" viewBox="0 0 26 12" width="26" height="12" aria-hidden="true">${mark}</svg>${words(name, 40) || `series ${index + 1}`}${count}</li>`;
  });
  return `<ul class="legend">${items.join('')}</ul>`;
}

/** For those who cannot see it: axes, and how far each series goes. */
function describe({ kind, x, y, series }: ReviewFigure): string {
  const parts = series.map(({ name, points }) => {
    const tops = points.map((point) => point[1]);
    const top = tops.reduce((best, value) => Math.max(best, value), Number.NEGATIVE_INFINITY);
    return `${name}: ${plural(points.length, 'point')}${points.length > 0 ? `, largest ${Number(top.toPrecision(3))}` : ''}`;
  });
  return words(
    `${kind}; across: ${x.slice(0, 200)}; up: ${y.slice(0, 200)}. ${parts.map((part) => part.slice(0, 200)).join('; ')}.`,
    900,
  );
}
