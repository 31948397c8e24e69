import type { Cell, Measure } from '../../audit/audit.ts';
import type { Cell as HtmlCell } from '../html/table.ts';
import { words } from '../html/text.ts';
import { formatCount } from '../quantity.ts';
import { isMeasure, spokenMeasure } from './cell.ts';

const ABSENT = '–';

/** A cell as HTML: a figure with its interval, the false positives behind it, and where it lies between 0 and 1. */
export function cellHtml(cell: Cell | undefined): HtmlCell {
  if (cell === undefined) return ABSENT;
  if (!isMeasure(cell)) return words(cell, 500) || ABSENT;
  const { value, interval } = spokenMeasure(cell);
  if (cell.value === null) return ABSENT;
  const behind = [
    ...(interval === '' ? [] : [interval]),
    ...(cell.falsePositives === undefined ? [] : [`${formatCount(cell.falsePositives)} FP`]),
  ];
  const html = `<b>${value}</b>${behind.length > 0 ? `<small>${behind.join(' · ')}</small>` : ''}${gauge(cell)}`;
  return { html, sort: cell.value };
}

/** A rate and its interval on a line from 0 to 1; empty for what is none. */
function gauge({ unit, value, low, high }: Measure): string {
  const ends = [value, low, high];
  if ((unit !== 'rate' && unit !== 'share') || !ends.every((end) => end !== null && end >= 0 && end <= 1)) return '';
  const [at, from, to] = ends.map((end) => 100 * end!) as [number, number, number];
  const x = (end: number) => Number(end.toFixed(1));
  return `<svg class="gauge" viewBox="0 0 100 8" width="100" height="8" aria-hidden="true"><rect class="track" x="0" y="3" width="100" height="2"/><rect class="span" x="${x(from)}" y="1" width="${x(Math.max(1, to - from))}" height="6"/><circle cx="${x(Math.min(97, Math.max(3, at)))}" cy="4" r="3"/></svg>`;
}
