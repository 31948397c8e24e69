import { type Review, reviewSchema } from '../review/review.ts';
import { parseReport, type ReportFormat } from './parse-report.ts';

const REVIEW: ReportFormat<Review> = {
  ...{ name: 'review', article: 'a', schema: reviewSchema },
  figuresOf: ({ findings }) => findings.flatMap(({ figures }) => figures),
  otherVersion: 'Use one version of Taster in the review and the publish job.',
};

/** Reads a `review.json` that anyone may have written; see `parseReport` for what it throws. */
export function parseReview(text: string, limits: { readonly maxBytes: number }): Review {
  return parseReport(text, REVIEW, limits);
}
