import type { PoolColumn } from '../table/pool.ts';
import { fitCategory } from './category.ts';
import { type Encoder, nameOf } from './encoder.ts';
import { fitNumbers } from './numeric.ts';

const FORM =
  /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?$/i;
const CYCLES = 4;

/** Seconds since 1970 of an ISO date (with or without time and offset, else UTC); NaN where it is none. */
export function parseDate(text: string | null | undefined): number {
  const parts = text === null || text === undefined ? null : FORM.exec(text);
  if (!parts) return Number.NaN;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0));
  if (month! < 1 || month! > 12 || day! < 1 || day! > 31 || hour! > 24 || minute! > 59 || second! > 60)
    return Number.NaN;
  const time = new Date(0);
  time.setUTCFullYear(year!, month! - 1, day!);
  time.setUTCHours(hour!, minute!, second!);
  return time.getTime() / 1000 + Number(`0.${parts[7] ?? 0}`) - offsetOf(parts[8]);
}

/** Dates: scaled seconds, then sine and cosine of the month and of the day of the week, then missing. */
export function fitDate(column: PoolColumn, fit: Int32Array): Encoder {
  const seconds = Float64Array.from(column.values, parseDate);
  const readable = fit.reduce((sum, row) => sum + (Number.isNaN(seconds[row]!) ? 0 : 1), 0);
  const present = fit.reduce((sum, row) => sum + ((column.values[row] ?? null) === null ? 0 : 1), 0);
  // Another notation of dates than ours: as categories it is at least told apart.
  if (readable < present / 2) return fitCategory(column, fit);
  const linear = fitNumbers(column, seconds, fit, 'date');
  return {
    width: linear.width + CYCLES,
    continuous: CYCLES + linear.continuous,
    sentence: `${nameOf(column)}: date, scaled seconds with month and day of the week, ${fit.length - readable} missing`,
    write: (into, stride, offset) => {
      linear.write(into, stride, offset + CYCLES);
      for (let row = 0; row < seconds.length; row++)
        if (!Number.isNaN(seconds[row]!)) into.set(cycles(seconds[row]!), row * stride + offset);
    },
  };
}

function cycles(seconds: number): number[] {
  const time = new Date(seconds * 1000);
  const month = (2 * Math.PI * time.getUTCMonth()) / 12;
  const day = (2 * Math.PI * time.getUTCDay()) / 7;
  return [Math.sin(month), Math.cos(month), Math.sin(day), Math.cos(day)];
}

function offsetOf(zone: string | undefined): number {
  if (!zone || zone.toUpperCase() === 'Z') return 0;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  return (zone[0] === '-' ? -1 : 1) * (Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2)) * 60);
}
