import * as Plot from '@observablehq/plot';
import { visible } from '../escape.ts';
import {
  DASHES,
  type Drawing,
  dotColour,
  extent,
  frame,
  loudFirst,
  type Parts,
  SYMBOLS,
  shares,
  signOf,
  X,
  Y,
} from './drawing.ts';

/** From this ratio on the steps of an axis grow: its root is drawn, which keeps a zero. */
const WIDE = 8;
const MOST_TICKS = 12;

/** Curves over what was varied, each with its band of 95% intervals; every point is marked, for it alone was measured. */
export function lines({ series, x, y }: Drawing): Parts {
  const places = [...new Set(series.flatMap(({ points }) => points.map(X)))].sort((a, b) => a - b);
  const bands = series.map((one) => boundsOf(one));
  const heights = [
    ...series.flatMap(({ points }) => points.map(Y)),
    ...bands.flat().flatMap(({ low, high }) => [low, high]),
  ];
  const isShare = 'tickFormat' in shares(y);
  const [low, high] = extent(isShare ? [...heights, 0, 1] : [...heights, 0]);
  return {
    height: 320,
    x: { ...frame, label: visible(x, 80), ...stepped(places), tickFormat: String, ...shares(x) },
    y: { ...frame, label: visible(y, 60), domain: [low, high], nice: true, ticks: 5, ...shares(y) },
    marks: [
      Plot.ruleY([0]),
      ...bands.map((band, index) => Plot.areaY(band, { x: 'x', y1: 'low', y2: 'high', fill: dotColour(index), fillOpacity: 0.16 })), // biome-ignore format: one idea
      ...series.map(({ points }, index) => Plot.line(points, { x: X, y: Y, stroke: dotColour(index), strokeWidth: 2, strokeDasharray: DASHES[dash(index)]! })), // biome-ignore format: one idea
      ...bands.map((band, index) => Plot.ruleX(band, { x: 'x', y1: 'low', y2: 'high', stroke: dotColour(index), strokeWidth: 1.5, strokeOpacity: 0.6 })), // biome-ignore format: one idea
      ...series.map(({ points }, index) => Plot.dot(points, { x: X, y: Y, r: 3.5, symbol: SYMBOLS[signOf(index)]!, fill: dotColour(index) })), // biome-ignore format: one idea
    ],
  };
}

/** The dash that belongs to a curve's colour. */
export const dash = (index: number): number => signOf(loudFirst(index));

/** Where few values were tried, each has its tick. */
function stepped(places: readonly number[]): Pick<Plot.ScaleOptions, 'type'> & { ticks: number[] | number } {
  const ticks = places.length <= MOST_TICKS ? [...places] : 8;
  const smallest = places.find((place) => place > 0);
  const grows = smallest !== undefined && places[0]! >= 0 && places.at(-1)! / smallest >= WIDE;
  return grows ? { type: 'sqrt', ticks } : { ticks };
}

/** Two quantities against each other, each on an axis of its own. */
export function dots({ series, x, y }: Drawing): Parts {
  const axis = (values: number[]) => ({ ...frame, domain: extent(values), nice: true, ticks: 6 });
  const points = series.flatMap((one) => one.points);
  const bars = series.map((one) => boundsOf(one));
  const heights = [...points.map(Y), ...bars.flat().flatMap(({ low, high }) => [low, high])];
  return {
    height: 380,
    x: { ...axis(points.map(X)), label: visible(x, 80), ...shares(x) },
    y: { ...axis(heights), label: visible(y, 60), ...shares(y) },
    marks: [
      ...bars.map((bar, index) => Plot.ruleX(bar, { x: 'x', y1: 'low', y2: 'high', stroke: dotColour(index), strokeWidth: 1.5, strokeOpacity: 0.6 })), // biome-ignore format: one idea
      ...series.map((one, index) => Plot.dot(one.points, { x: X, y: Y, r: 4.5, symbol: SYMBOLS[signOf(index)]!, fill: dotColour(index), fillOpacity: 0.75, stroke: 'var(--card)', strokeWidth: 0.75 })), // biome-ignore format: one idea
    ],
  };
}

/** The intervals of a series, each at its point. */
const boundsOf = ({ points, bounds = [] }: Drawing['series'][number]) =>
  points.flatMap(([x], at) => (bounds[at] ? [{ x, low: bounds[at][0], high: bounds[at][1] }] : []));
