import type { Cell, Measure } from '../../audit/audit.ts';
import { formatCount } from '../quantity.ts';

/** A figure in the words of a table; `false positives` stand apart, for a column mostly has one number of them. */
export interface SpokenMeasure {
  /** `21.2%`; `~` in front where it is read off a fitted distribution; `–` where there is none. */
  readonly value: string;
  /** `[13.8, 28.6]`; empty without. */
  readonly interval: string;
}

export const isMeasure = (cell: Cell | undefined): cell is Measure => typeof cell === 'object';

export function spokenMeasure({ value, low, high, unit, modelBased }: Measure): SpokenMeasure {
  if (value === null || !Number.isFinite(value)) return { value: '–', interval: '' };
  return {
    value: `${modelBased ? '~' : ''}${spoken(value, unit)}${SUFFIX[unit] ?? ''}`,
    interval: low === null || high === null ? '' : `[${spoken(low, unit)}, ${spoken(high, unit)}]`,
  };
}

/** Said once below a table that holds such figures. */
export const MODEL_BASED = '~: read off a fitted distribution, not counted.';

/** Units that a number carries with it; the others stand in the heading. */
const SUFFIX: Readonly<Record<string, string>> = { rate: '%', share: '%', factor: '×', bits: ' bits', nats: ' nats' };

/** A number with as many digits as a reader needs; rates and shares as percentages. */
function spoken(value: number, unit: string): string {
  if (unit === 'rate' || unit === 'share') return signed(100 * value, Math.abs(value) < 0.01 ? 2 : 1);
  if (unit === 'guesses' || unit === 'rows') return formatCount(value).replace('-', '−');
  return Math.abs(value) >= 1000 ? formatCount(value).replace('-', '−') : signed(value, 2);
}

/** All and nothing need no decimals; minus zero is none. */
function signed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  if (Number(text) === 0) return '0';
  return (/^-?100\.0$/.test(text) ? text.slice(0, -2) : text).replace('-', '−');
}
