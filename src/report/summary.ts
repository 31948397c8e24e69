import type { Review } from '../review/review.ts';
import { cut } from './cut.ts';
import { page } from './page.ts';
import type { Links } from './place.ts';

/** GitHub drops a job summary above 1 MiB; room is left for what other steps of the job write. */
const LIMIT_BYTES = 1_000_000;

/** The review as a job summary: the comment with every row and finding, at most 1 MB. */
export function renderSummary(review: Review, links: Links | null): string {
  return cut(page(review, { links, rows: 100 }), {
    limit: LIMIT_BYTES,
    measure: (text) => Buffer.byteLength(text),
    elsewhere: 'The file review.json holds everything.',
  });
}
