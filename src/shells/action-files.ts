import { lstat, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { parseReview } from '../report/parse-review.ts';
import type { Links } from '../report/place.ts';
import type { Review } from '../review/review.ts';
import { writeOutputs } from './write-outputs.ts';

const REVIEW_BYTES = 32 * 2 ** 20;

/** Where a step of the action keeps a review, for later steps and for an artifact. */
export interface ActionFiles {
  readonly json: string;
  readonly html: string;
  /** For a step that uploads it to code scanning. */
  readonly sarif: string;
}

export const actionFiles = (folder: string): ActionFiles => ({
  json: join(folder, 'review.json'),
  html: join(folder, 'report.html'),
  sarif: join(folder, 'review.sarif'),
});

/** Writes the forms of a review beside each other; one that is not new stands there as JSON already. */
export async function writeForms(
  review: Review,
  { json, html, sarif }: ActionFiles,
  { isNew, links }: { readonly isNew: boolean; readonly links: Links },
): Promise<void> {
  // What lies there may come from an artifact: it is not written through.
  for (const file of [html, sarif]) await rm(file, { recursive: true, force: true });
  await writeOutputs(review, { json: isNew ? json : null, markdown: null, html, sarif }, links);
}

/**
 * The review of an earlier step, or of an earlier job whose artifact was put here. Throws a UserError: `no-review`,
 * `review-size`, or those of `parseReview`.
 */
export async function readWritten({ json }: ActionFiles): Promise<Review> {
  const state = await lstat(json).catch(() => null);
  if (state?.isFile() && state.size <= REVIEW_BYTES)
    return parseReview(await readFile(json, 'utf8'), { maxBytes: REVIEW_BYTES });
  throw new UserError(
    state === null ? 'no-review' : 'review-size',
    state === null
      ? `There is no review to publish: ${json} does not exist.`
      : `review.json is no plain file of at most ${REVIEW_BYTES} bytes.`,
    { hint: 'Run mode: review before, or download its artifact into this folder ($' + '{{ runner.temp }}/taster/ID).' },
  );
}
