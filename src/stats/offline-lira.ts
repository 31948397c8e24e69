import { median } from './lira.ts';
import type { ScoredModels } from './paired.ts';

/** Degrees of freedom that the typical variance counts as, beside a row's own. */
const NU = 8;

/**
 * Offline LiRA (Carlini et al. 2022, arXiv 2112.03570, section VI.C): how many standard deviations a target model's score of
 * a row lies above the scores by models that were not trained on it. Variances are shrunk to their median.
 * @param target [N] @param most out-models that are read of each row, the same for all, so that no row's mean is surer.
 * @returns one value a row of `rows`; NaN where fewer than two models did not train on it.
 */
export function offlineLira(
  target: Float32Array,
  { models, rows: width, phi, inside }: ScoredModels,
  rows: readonly number[],
  most: number,
): Float64Array {
  const parts = rows.map((row) => {
    const out: number[] = [];
    for (let model = 0; model < models && out.length < most; model++) {
      const cell = model * width + row;
      if (inside[cell] === 0) out.push(phi[cell]!);
    }
    const mean = out.reduce((sum, value) => sum + value, 0) / out.length;
    const squares = out.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return { row, count: out.length, mean, squares };
  });
  const measured = parts.filter(({ count }) => count >= 2);
  const typical = median(measured.map(({ squares, count }) => squares / (count - 1)));
  return Float64Array.from(parts, ({ row, count, mean, squares }) => {
    if (count < 2) return Number.NaN;
    const variance = (NU * typical + squares) / (NU + count - 1);
    return (target[row]! - mean) / Math.sqrt(variance + 1e-12);
  });
}
