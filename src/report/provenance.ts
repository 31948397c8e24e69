import type { Review } from '../review/review.ts';
import { formatBytes, formatCount, formatValue, plural } from './quantity.ts';

/** What was compared: rows per data set and commits. Raw. */
export function compared(review: Review): string {
  const { base, head } = review;
  return `${sizes(review)} base ${base.sha.slice(0, 7)} → head ${head.sha.slice(0, 7)}`;
}

/** What it took: shadow models, time, provider, memory. Raw. */
export function cost(review: Review): string {
  const { seconds, shadows, provider, runtime, flops, peak_bytes: peak, cached } = review.cost;
  if (shadows === 0) return `No shadow model was trained; ${formatValue(seconds, 'seconds')}.`;
  const engine = runtime === 'none' ? provider : `${provider}, ${runtime} runtime`;
  const work = flops > 0 ? `, ${(flops / 1e9).toFixed(0)} GFLOP` : '';
  const memory = peak > 0 ? `, peak memory ${formatBytes(peak)}` : '';
  const base = cached ? '; base models from the cache' : '';
  return `${plural(shadows, 'shadow model')} in ${formatValue(seconds, 'seconds')} on ${engine}${work}${memory}${base}.`;
}

/** Slice, epochs and nonce of the plan; null without one. Raw. */
export function planned(review: Review): string | null {
  if (review.plan === null) return null;
  const { slice, shadows, epochs, nonce } = review.plan;
  return `Plan: ${slice || 'built-in slice'}, ${shadows} shadow models per ensemble, ${epochs} epochs, nonce ${nonce}.`;
}

function sizes(review: Review): string {
  const shown = review.data.slice(0, 3).map(({ name, rows }) => {
    const moved = rows.moved > 0 ? `, ${formatCount(rows.moved)} moved` : '';
    const parts = `+${formatCount(rows.added)} −${formatCount(rows.removed)} ~${formatCount(rows.changed)}${moved}`;
    return `${name.slice(0, 60)}: ${formatCount(rows.base)} → ${formatCount(rows.head)} rows (${parts}) ·`;
  });
  const more = review.data.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${plural(more, 'more data set')} ·`] : [])].join(' ');
}
