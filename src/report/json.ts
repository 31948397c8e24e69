import type { Review } from '../review/review.ts';
import { reviewSchema } from '../review/review.ts';
import { capFigures } from './cap-figures.ts';
import { rounded } from './rounded.ts';

/**
 * The review as `review.json`: keys in the order of the schema, numbers with six significant digits, so that equal
 * reviews give equal texts. Figures beyond the cap are left out and a note says so. Throws on what no reader would take.
 */
export function renderJson(review: Review): string {
  const { holders: findings, notes } = capFigures(review.findings, review.notes);
  return `${JSON.stringify(reviewSchema.parse({ ...review, findings, notes }), rounded, 2)}\n`;
}
