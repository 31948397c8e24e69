import type { ReviewFinding } from '../../review/review.ts';
import type { Whisker } from './draw.ts';
import type { Drawing } from './drawing.ts';

/** The intervals that the finding's own true-positive rates have, beside the line of their side. */
export function whiskers({ metrics }: ReviewFinding, { series }: Drawing): Whisker[] {
  return metrics.flatMap(({ name, at, ...sides }) =>
    (['base', 'head'] as const).flatMap((side) => {
      const index = series.findIndex((one) => one.name === side);
      const { low = null, high = null } = sides[side] ?? {};
      const fpr = at?.fpr;
      return name !== 'tpr' || index < 0 || fpr === undefined || !(fpr > 0 && fpr <= 1) || low === null || high === null
        ? []
        : [{ series: index, fpr, low: Math.min(1, low), high: Math.min(1, high) }];
    }),
  );
}
