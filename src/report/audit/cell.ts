import type { Cell, Measure } from '../../audit/audit.ts';
import { visible } from '../escape.ts';

/** A cell as words: a figure with its unit, interval and, for a rate, the false positives behind it. */
export function cellText(cell: Cell): string {
  return typeof cell === 'string' ? visible(cell, 500) : measureText(cell);
}

function measureText({ value, low, high, unit, falsePositives, modelBased }: Measure): string {
  if (value === null) return 'unknown';
  const say = (number: number) => spoken(number, unit);
  const interval = low === null || high === null ? '' : ` [${say(low)}, ${say(high)}]`;
  const behind = falsePositives === undefined ? '' : ` (${falsePositives} FP)`;
  return `${modelBased ? '~' : ''}${say(value)}${unit === 'rate' || unit === 'share' ? '%' : ''}${interval}${behind}`;
}

/** A number with as many digits as a reader needs; rates and shares as percentages. */
function spoken(value: number, unit: string): string {
  if (unit === 'rate' || unit === 'share') return (100 * value).toFixed(1);
  if (unit === 'guesses' || unit === 'rows') return Math.round(value).toLocaleString('en-US');
  return value.toFixed(2);
}
