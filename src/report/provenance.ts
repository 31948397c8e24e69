import type { Review } from '../review/review.ts';
import { formatBytes, formatCount, formatValue, plural } from './quantity.ts';

/** Rows per data set, before and after: `train: 3,000 → 3,206 rows (206 added)`; then changed weights. Raw; empty without either. */
export function sizes(review: Review): string {
  const shown = review.data.slice(0, 3).map(({ name, rows }) => {
    const parts = (['added', 'removed', 'changed', 'moved'] as const)
      .filter((kind) => rows[kind] > 0)
      .map((kind) => `${formatCount(rows[kind])} ${kind}`);
    const what = parts.length === 0 ? 'the same rows' : parts.join(', ');
    return `${name.slice(0, 60)}: ${formatCount(rows.base)} → ${formatCount(rows.head)} rows (${what})`;
  });
  const more = review.data.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${plural(more, 'more data set')}`] : []), ...weights(review)].join(' · ');
}

/** `model.onnx: weights changed`. */
function weights({ models }: Review): string[] {
  const changed = models.filter(({ change }) => change !== 'none');
  const shown = changed.slice(0, 3).map(({ path, change }) => `${path.slice(-60)}: weights ${change}`);
  const more = changed.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${plural(more, 'more file')} of weights`] : [])];
}

/** What it took: shadow models, time, provider, memory. Raw. */
export function cost(review: Review): string {
  const { seconds, shadows, provider, runtime, flops, peak_bytes: peak, cached } = review.cost;
  if (shadows === 0) return `No shadow model was trained; ${formatValue(seconds, 'seconds')}.`;
  const engine = runtime === 'none' ? provider : `${provider}, ${runtime} runtime`;
  const work = flops > 0 ? `, ${formatCount(flops / 1e9)} GFLOP` : '';
  const memory = peak > 0 ? `, peak memory ${formatBytes(peak)}` : '';
  const base = cached ? '; base models from the cache' : '';
  return `${plural(shadows, 'shadow model')} in ${formatValue(seconds, 'seconds')} on ${engine}${work}${memory}${base}.`;
}

/** Slice, models and epochs of the plan; null without one. Raw. */
export function planned(review: Review): string | null {
  if (review.plan === null) return null;
  const { slice, shadows, epochs } = review.plan;
  return `${slice || 'built-in slice'}, ${shadows} shadow models per ensemble, ${epochs} epochs`;
}

/** Which configuration the verdict went by, where the change edits one itself. */
export function ruledBy({ config }: Review): string {
  return config.source === 'tip'
    ? "the target branch's configuration"
    : 'no configuration (the target branch has none)';
}
