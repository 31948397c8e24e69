import type { Review } from '../review/review.ts';
import { reviewSchema } from '../review/review.ts';

/** All figures of a review together, as JSON. */
export const FIGURE_BYTES = 1024 * 1024;

const DIGITS = 6;
const LEFT_OUT = 'Figures beyond 1 MiB were left out.';

/**
 * The review as `review.json`: keys in the order of the schema, numbers with six significant digits, so that equal
 * reviews give equal texts. Figures beyond the cap are left out and a note says so. Throws on what no reader would take.
 */
export function renderJson(review: Review): string {
  const ordered = reviewSchema.parse(capFigures(review));
  return `${JSON.stringify(ordered, rounded, 2)}\n`;
}

function capFigures(review: Review): Review {
  let room = FIGURE_BYTES;
  let lost = false;
  const findings = review.findings.map((finding) => {
    const figures = finding.figures.filter((figure) => {
      const size = Buffer.byteLength(JSON.stringify(figure, rounded));
      if (size > room) {
        lost = true;
        return false;
      }
      room -= size;
      return true;
    });
    return figures.length === finding.figures.length ? finding : { ...finding, figures };
  });
  if (!lost) return review;
  return {
    ...review,
    findings,
    notes: review.notes.includes(LEFT_OUT) ? review.notes : [...review.notes.slice(0, 49), LEFT_OUT],
  };
}

function rounded(_key: string, value: unknown): unknown {
  if (typeof value !== 'number' || Number.isInteger(value)) return value;
  // Minus zero and its like must not tell two equal reviews apart.
  return Number(value.toPrecision(DIGITS)) + 0;
}
