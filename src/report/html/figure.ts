import { formatCount, plural } from '../quantity.ts';
import { draw, LOWEST_RATE, type Target, type Whisker } from './draw.ts';
import { dash } from './draw-lines.ts';
import { COLOURS, colour, DASHES, type Drawing, dotColour, type Point, SIGNS, signOf } from './drawing.ts';
import { words } from './text.ts';

/** More lines or dots than these are no picture any more. */
const SERIES_SHOWN = COLOURS;
const POINTS_SHOWN = 2000;
const ROWS_OF_MATRIX = 20;
/** Of kinds whose series have signs as well as colours, twice as many tell themselves apart. */
const SIGNED: ReadonlySet<Drawing['kind']> = new Set(['lines', 'dots', 'roc']);
/** Beyond this no axis keeps its letters, and no honest measure goes there. */
const LARGEST = 1e12;
const REFERENCE: Partial<Record<Drawing['kind'], string>> = {
  roc: 'Both axes are logarithmic. The dotted line is pure luck; higher on the left is worse.',
  scatter: 'On the dotted line nothing changed; above it the row became easier to recognise.',
  matrix: 'Each row is one series; the stronger the colour, the larger the value.',
};

export interface FigureOptions {
  /** Unique on the page. */
  readonly id: string;
  /** The file that holds what is not drawn. */
  readonly file: string;
  /** Where the page speaks of a row, by the row's id. */
  readonly places?: ReadonlyMap<string, Target>;
  /** Intervals that stand beside the lines of a ROC, given what is drawn. */
  readonly whiskers?: (drawn: Drawing) => Whisker[];
}

/** A figure with its legend and what was cut from it, as HTML; null where it holds no point. */
export function figureHtml(
  figure: Drawing,
  { id, file, places = new Map(), whiskers: beside = () => [] }: FigureOptions,
): string | null {
  const limit = figure.kind === 'matrix' ? ROWS_OF_MATRIX : SIGNED.has(figure.kind) ? 2 * SERIES_SHOWN : SERIES_SHOWN;
  const kept = keep(figure, limit);
  if (kept.series.every(({ points }) => points.length === 0)) return null;
  const whiskers = figure.kind === 'roc' ? beside(kept) : [];
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
    ...(kept.series.some(({ bounds }) => bounds)
      ? [`${figure.kind === 'dots' ? 'Upright bars' : 'Bands'} are 95% intervals.`]
      : []),
    ...lost(figure, kept, file),
  ];
  const legend = figure.kind === 'matrix' ? '' : legendOf(kept);
  return `<figure><figcaption><strong>${title}</strong>${legend}</figcaption>${svg}${notes.length > 0 ? `<p class="note">${notes.join(' ')}</p>` : ''}</figure>`;
}

function keep(figure: Drawing, limit: number): Drawing {
  let room = POINTS_SHOWN;
  const series = figure.series.slice(0, limit).map(({ name, points, ids, bounds }) => {
    const sound = [...points.keys()]
      .filter((at) => points[at]!.every((value) => Math.abs(value) <= LARGEST))
      .slice(0, room);
    room -= sound.length;
    return {
      ...{ name, points: sound.map((at) => points[at]!) },
      ...(ids ? { ids: sound.map((at) => ids[at] ?? '') } : {}),
      ...(bounds ? { bounds: sound.map((at) => bounded(points[at]!, bounds[at])) } : {}),
    };
  });
  return { ...figure, series };
}

/** An interval that can be drawn; without one, nothing but the point. */
function bounded([, y]: Point, bound: Point | undefined): Point {
  return bound?.every((value) => Math.abs(value) <= LARGEST) ? bound : [y, y];
}

function lost(figure: Drawing, kept: Drawing, file: string): string[] {
  const count = ({ series }: Drawing) => series.reduce((sum, { points }) => sum + points.length, 0);
  const points = count(figure) - count(kept);
  const series = figure.series.length - kept.series.length;
  return [
    ...(series > 0 ? [`${plural(series, 'more series', 'more series')} not drawn.`] : []),
    ...(points > 0 ? [`${plural(points, 'point')} not drawn; ${file} holds them.`] : []),
  ];
}

function legendOf({ kind, series }: Drawing): string {
  const items = series.map(({ name, points }, index) => {
    const mark =
      kind === 'lines'
        ? lineKey(dotColour(index), DASHES[dash(index)]!)
        : kind === 'roc' || kind === 'histogram'
          ? lineKey(colour(index), DASHES[signOf(index)]!)
          : kind === 'scatter' || kind === 'dots'
            ? `<text x="13" y="11" text-anchor="middle" font-size="15" fill="${dotColour(index)}">${SIGNS[signOf(index)]}</text>`
            : `<rect x="7" y="0" width="12" height="12" fill="var(--k${index})"/>`;
    const count =
      (kind === 'scatter' || kind === 'dots') && points.length !== 1 ? ` (${formatCount(points.length)})` : '';
    return `<li><svg class="key" viewBox="0 0 26 12" width="26" height="12" aria-hidden="true">${mark}</svg>${words(name, 60) || `series ${index + 1}`}${count}</li>`;
  });
  return `<ul class="legend">${items.join('')}</ul>`;
}

const lineKey = (stroke: string, dashes: string): string =>
  `<line x1="0" y1="6" x2="26" y2="6" stroke="${stroke}" stroke-width="3"${dashes === '' ? '' : ` stroke-dasharray="${dashes}"`}/>`;

/** For those who cannot see it: axes, and how far each series goes. */
function describe({ kind, x, y, series }: Drawing): string {
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
