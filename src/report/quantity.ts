import type { ReviewMetric } from '../review/review.ts';

type Estimate = NonNullable<ReviewMetric['head']>;

const ABSENT = '–';

/** A value in words of its unit: rates and shares as percent, counts with thousands separators. */
export function formatValue(value: number | null, unit: string): string {
  if (value === null || !Number.isFinite(value)) return ABSENT;
  if (unit === 'rate' || unit === 'share') return `${decimals(value * 100)}%`;
  if (unit === 'rows' || unit === 'count') return formatCount(value);
  if (unit === 'bytes') return formatBytes(value);
  if (unit === 'seconds') return `${decimals(value)} s`;
  if (unit === 'd-prime') return value.toFixed(2);
  return unit === '' ? decimals(value) : `${decimals(value)} ${unit}`;
}

/** A value with its interval: `20.8% [18.9, 22.7]`. */
export function formatEstimate(estimate: Estimate | null, unit: string): string {
  if (estimate === null || estimate.value === null) return ABSENT;
  return formatValue(estimate.value, unit) + interval(estimate, unit);
}

/** A difference with its sign; of rates and shares in percentage points. */
export function formatDelta(estimate: Estimate | null, unit: string): string {
  if (estimate === null || estimate.value === null) return ABSENT;
  const rate = unit === 'rate' || unit === 'share';
  const size = rate ? `${decimals(Math.abs(estimate.value) * 100)} pp` : formatValue(Math.abs(estimate.value), unit);
  const sign = estimate.value > 0 ? '+' : estimate.value < 0 ? '−' : '±';
  return sign + size + interval(estimate, unit);
}

/** 5010 -> `5,010`. */
export function formatCount(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');
}

export function formatBytes(value: number): string {
  const steps: readonly [number, string][] = [
    [2 ** 30, 'GiB'],
    [2 ** 20, 'MiB'],
    [2 ** 10, 'KiB'],
  ];
  for (const [size, name] of steps) if (value >= size) return `${decimals(value / size)} ${name}`;
  return `${decimals(value)} B`;
}

/** `1 row`, `6 rows`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** A metric's name and operating point in words: `TPR at FPR 0.1%`. Raw: the names may be foreign. */
export function metricLabel(metric: ReviewMetric): string {
  const at = Object.entries(metric.at ?? {}).map(([name, value]) => `${acronym(name)} ${pointValue(name, value)}`);
  return at.length === 0 ? acronym(metric.name) : `${acronym(metric.name)} at ${at.join(', ')}`;
}

function acronym(name: string): string {
  return name
    .split(/[-_ ]+/)
    .map((word) => (/^(tpr|fpr|fdr|auc|ppv|fwer)$/.test(word) ? word.toUpperCase() : word === 'dprime' ? "d'" : word))
    .join(' ');
}

function pointValue(name: string, value: number): string {
  return /^(fpr|fdr|tpr|prior|share)$/.test(name) ? `${decimals(value * 100)}%` : decimals(value);
}

function interval(estimate: Estimate, unit: string): string {
  if (estimate.low === null || estimate.high === null) return '';
  const scale = unit === 'rate' || unit === 'share' ? 100 : 1;
  return ` [${signed(estimate.low * scale)}, ${signed(estimate.high * scale)}]`;
}

function signed(value: number): string {
  return decimals(value).replace('-', '−');
}

/** Three figures or so, never in scientific notation where it can be helped. */
function decimals(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1000) return formatCount(value);
  if (size < 0.001) return value.toPrecision(2);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return String(Number(value.toFixed(digits)));
}
