import { parentPort } from 'node:worker_threads';
import { REVIEW_BYTES } from '../adapters/report-store.ts';
import { renderHtml } from '../report/html.ts';
import { parseReview } from '../report/parse-review.ts';
import type { Links } from '../report/place.ts';

export interface ReportOrder {
  /** A `review.json`. */
  readonly review: string;
  readonly links: Links;
}

/** Draws reports beside the thread that answers webhooks: a large one takes its time. */
parentPort?.on('message', ({ review, links }: ReportOrder) => {
  try {
    parentPort!.postMessage({ html: renderHtml(parseReview(review, { maxBytes: REVIEW_BYTES }), { links }) });
  } catch (error) {
    parentPort!.postMessage({ error });
  }
});
parentPort?.postMessage('ready');
