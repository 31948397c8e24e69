import type * as Plot from '@observablehq/plot';
import type { AuditFigure } from '../../audit/audit.ts';
import type { ReviewFigure } from '../../review/review.ts';

export type Point = readonly [number, number];

/** A figure of a review or an audit, as it is drawn. `dots` is a scatter whose axes are not the same quantity. */
export interface Drawing extends Pick<ReviewFigure, 'title' | 'x' | 'y'> {
  readonly kind: ReviewFigure['kind'] | Exclude<AuditFigure['kind'], 'scatter'> | 'dots';
  readonly series: readonly {
    readonly name: string;
    readonly points: readonly Point[];
    /** Id of the row that each point stands for. */
    readonly ids?: readonly string[] | undefined;
    /** The 95% interval of each point's y. */
    readonly bounds?: readonly Point[] | undefined;
  }[];
}

/** What a kind of figure adds to the common frame. */
export type Parts = Pick<Plot.PlotOptions, 'marks' | 'x' | 'y' | 'opacity' | 'height' | 'marginLeft'>;

export const COLOURS = 6;
/** Lines tell themselves apart without colour, too. */
export const DASHES = ['6 4', '', '2 3', '8 3 2 3', '1 4', '10 4'] as const;
export const SYMBOLS = ['circle', 'square', 'triangle', 'diamond', 'cross', 'star'] as const;
/** The same in the legend. */
export const SIGNS = ['●', '■', '▲', '◆', '✚', '★'] as const;

export const X = (point: Point): number => point[0];
export const Y = (point: Point): number => point[1];
export const colour = (index: number): string => `var(--k${index % COLOURS})`;
/** Dots and curves: the first series is the one to look at; pairs of lines and bars begin with the quiet base. */
export const dotColour = (index: number): string => colour(loudFirst(index));
/** Place of a series whose first is to be the loud one, in each turn of the colours. */
export const loudFirst = (index: number): number => (index % COLOURS < 2 ? index + 1 - 2 * (index % COLOURS) : index);
/** What tells a series apart beside its colour; beyond six, colours come again with other signs. */
export const signOf = (index: number): number => (index + Math.floor(index / COLOURS)) % COLOURS;
export const frame = { labelAnchor: 'center', labelArrow: 'none' } as const;

/** Ticks in percent where an axis shows rates or shares. */
export const shares = (label: string) => (/\b(?:rate|share|accuracy|AUC)\b/.test(label) ? { tickFormat: percent } : {});

export function percent(rate: number): string {
  return `${Number((rate * 100).toPrecision(3))}%`;
}

/** Smallest and largest, apart even where all are alike. */
export function extent(values: readonly number[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  if (!(low <= high)) return [0, 1];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}
