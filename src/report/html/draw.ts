import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { visible } from '../escape.ts';
import { dots, lines } from './draw-lines.ts';
import {
  COLOURS,
  colour,
  DASHES,
  type Drawing,
  dotColour,
  extent,
  frame,
  type Parts,
  type Point,
  percent,
  SYMBOLS,
  shares,
  signOf,
  X,
  Y,
} from './drawing.ts';
import { type SvgNode, svgText } from './svg-text.ts';

/** The 95% interval of a true-positive rate at one false-positive rate; `series` is the place of the line it belongs to. */
export interface Whisker {
  readonly series: number;
  readonly fpr: number;
  readonly low: number;
  readonly high: number;
}

/** Where a dot leads on the page, and what it is. */
export interface Target {
  readonly href: string;
  readonly title: string;
}

/** What a figure shows beside its points: intervals, and what dots stand for, by series and point. */
export interface Beside {
  readonly whiskers: readonly Whisker[];
  readonly targets: readonly (readonly (Target | null)[])[];
}

export const LOWEST_RATE = 1e-5;

/**
 * A figure as the text of one SVG element, 480 units wide, without its outer tag's accessible name: `name` is put in
 * as attributes and first children. Series beyond those given are the caller's to cut.
 */
export function draw(figure: Drawing, beside: Beside, name: { attributes: string; inside: string }): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const { height = 300, ...parts } = PARTS[figure.kind](figure, beside);
  const plot = Plot.plot({
    document: document as unknown as NonNullable<Plot.PlotOptions['document']>,
    ...{ width: 480, height, marginLeft: 58, marginBottom: 46, marginTop: 14, marginRight: 16, grid: true },
    ...parts,
  });
  // With a legend of its own Plot hands out a figure; only the drawing counts.
  const svg = plot.nodeName.toLowerCase() === 'svg' ? plot : plot.querySelector('svg');
  if (!svg) throw new Error('Plot drew no SVG');
  const text = svgText(svg as unknown as SvgNode);
  const end = text.indexOf('>');
  return `${text.slice(0, end)} ${name.attributes}>${name.inside}${text.slice(end + 1)}`;
}

const PARTS: Readonly<Record<Drawing['kind'], (figure: Drawing, beside: Beside) => Parts>> = {
  roc,
  scatter,
  histogram,
  bars,
  matrix,
  lines,
  dots,
};

function roc({ series, x, y }: Drawing, { whiskers }: Beside): Parts {
  const rates = series.flatMap(({ points }) => points.flat()).filter((rate) => rate >= LOWEST_RATE);
  const floor = Math.min(0.001, ...rates);
  const axis = { ...frame, type: 'log', domain: [floor, 1], tickFormat: percent, ticks: decades(floor) } as const;
  const bars = whiskers.map((one) => ({ ...one, fpr: Math.max(floor, one.fpr), low: Math.max(floor, one.low), high: Math.max(floor, one.high) })); // biome-ignore format: one idea
  return {
    height: 380,
    x: { ...axis, label: visible(x, 80) },
    y: { ...axis, label: visible(y, 60) },
    marks: [
      Plot.line([[floor, floor], [1, 1]] as const, { x: X, y: Y, stroke: 'var(--quiet)', strokeDasharray: '1 3' }), // biome-ignore format: one idea
      ...series.map((one, index) => Plot.areaY(band(one, floor), { x: 'x', y1: 'low', y2: 'high', curve: 'step-after', fill: colour(index), fillOpacity: 0.16 })), // biome-ignore format: one idea
      ...bars.map((one) => Plot.ruleX([one], { x: (bar: Whisker) => Math.min(1, bar.fpr * (1 + 0.06 * bar.series)), y1: 'low', y2: 'high', stroke: colour(one.series), strokeWidth: 5, strokeOpacity: 0.45 })), // biome-ignore format: one idea
      ...series.map(({ points }, index) => Plot.line(above(points, floor), { x: X, y: Y, curve: 'step-after', stroke: colour(index), strokeWidth: 2, strokeDasharray: DASHES[signOf(index)]! })), // biome-ignore format: one idea
    ],
  };
}

function scatter({ series, x, y }: Drawing, { targets }: Beside): Parts {
  const [low, high] = extent(series.flatMap(({ points }) => points.flat()));
  const axis = { ...frame, domain: [low, high], nice: true, ticks: 6 };
  return {
    height: 380,
    x: { ...axis, label: visible(x, 80) },
    y: { ...axis, label: visible(y, 60) },
    marks: [
      Plot.line([[low, low], [high, high]] as const, { x: X, y: Y, stroke: 'var(--quiet)', strokeDasharray: '1 3' }), // biome-ignore format: one idea
      ...series.map(({ points }, index) => Plot.dot(points, { x: X, y: Y, r: 4.5, symbol: SYMBOLS[index % COLOURS]!, fill: dotColour(index), fillOpacity: 0.75, stroke: 'var(--card)', strokeWidth: 0.75, ...leading(targets[index]) })), // biome-ignore format: one idea
    ],
  };
}

/** Dots that stand for a row lead to it. */
function leading(targets: readonly (Target | null)[] = []) {
  if (targets.every((target) => target === null)) return {};
  return {
    href: targets.map((target) => target?.href ?? null),
    title: targets.map((target) => target?.title ?? null),
  };
}

function histogram({ series, x, y }: Drawing): Parts {
  return {
    x: { ...frame, label: visible(x, 80), ticks: 8 },
    y: { ...frame, label: visible(y, 60), zero: true, ticks: 5, ...shares(y) },
    marks: [
      ...series.map(({ points }, index) => Plot.areaY(points, { x: X, y: Y, curve: 'step', fill: colour(index), fillOpacity: 0.18 })), // biome-ignore format: one idea
      ...series.map(({ points }, index) => Plot.line(points, { x: X, y: Y, curve: 'step', stroke: colour(index), strokeWidth: 2, strokeDasharray: DASHES[index % COLOURS]! })), // biome-ignore format: one idea
      Plot.ruleY([0]),
    ],
  };
}

/** Groups side by side, in the order of the series. */
function bars({ series, x, y }: Drawing): Parts {
  const places = [...new Set(series.flatMap(({ points }) => points.map(X)))].sort((a, b) => a - b);
  const width = 0.8 / Math.max(1, series.length);
  const step = Math.ceil(places.length / 12);
  const from = (index: number) => (point: Point) => point[0] - 0.4 + index * width;
  const ticks = places.filter((_, at) => at % step === 0);
  return {
    x: { ...frame, label: visible(x, 80), ticks, tickFormat: (tick: number) => String(tick), grid: false },
    y: { ...frame, label: visible(y, 60), zero: true, ticks: 5, ...shares(y) },
    marks: [
      ...series.map(({ points }, index) => Plot.rectY(points, { x1: from(index), x2: (point: Point) => from(index)(point) + width * 0.94, y1: 0, y2: Y, fill: colour(index) })), // biome-ignore format: one idea
      Plot.ruleY([0]),
    ],
  };
}

/** Every series is a row of the matrix, every point a column and its value; the darker, the larger. */
function matrix({ series, x, y }: Drawing): Parts {
  const cells = series.flatMap(({ points }, row) => points.map(([column, value]) => ({ row, column, value })));
  const [low, high] = extent(cells.map(({ value }) => value));
  const rows = [...series.keys()];
  const columns = [...new Set(cells.map(({ column }) => column))].sort((a, b) => a - b);
  const step = Math.ceil(columns.length / 12);
  const written = columns.length <= 10 && rows.length <= 20;
  const at = { x: 'column', y: 'row' } as const;
  return {
    height: Math.min(480, 90 + 26 * Math.max(3, rows.length)),
    marginLeft: 120,
    x: { ...frame, label: visible(x, 80), type: 'band', domain: columns, ticks: columns.filter((_, place) => place % step === 0), tickFormat: String }, // biome-ignore format: one idea
    y: { ...frame, label: visible(y, 60), type: 'band', domain: rows, tickFormat: (row: number) => visible(series[row]!.name, 14) }, // biome-ignore format: one idea
    opacity: { type: 'linear', domain: [low, high], range: [0.06, 0.7] },
    marks: [
      Plot.cell(cells, { ...at, fill: 'var(--k1)', fillOpacity: 'value', inset: 0.5 }),
      ...(written ? [Plot.text(cells, { ...at, text: ({ value }) => String(Number(value.toPrecision(2))) })] : []),
    ],
  };
}

/** Powers of ten from the floor to 1. */
function decades(floor: number): number[] {
  const lowest = Math.ceil(Math.log10(floor) - 1e-9);
  return Array.from({ length: 1 - lowest }, (_, index) => 10 ** (lowest + index));
}

/** A logarithmic axis has no zero: what lies below the floor starts at it. */
function above(points: readonly Point[], floor: number): Point[] {
  return points.filter(([, y]) => y >= floor).map(([x, y]): Point => [Math.min(1, Math.max(floor, x)), Math.min(1, y)]);
}

/** The intervals of a curve, as far as the axis reaches. */
function band({ points, bounds = [] }: Drawing['series'][number], floor: number) {
  return points.flatMap(([x], at) => {
    const [low, high] = bounds[at] ?? [0, 0];
    if (high < floor) return [];
    return [{ x: Math.min(1, Math.max(floor, x)), low: Math.max(floor, low), high: Math.min(1, high) }];
  });
}
