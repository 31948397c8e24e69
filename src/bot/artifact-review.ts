import { oneLine, UserError } from '../errors.ts';
import { parseReview } from '../report/parse-review.ts';
import type { Review } from '../review/review.ts';
import { readZip } from '../weights/zip.ts';
import type { Ask } from './ask.ts';

/** Bytes of an artifact as it is stored, of `review.json`, and of everything unpacked. */
export const ARTIFACT_BYTES = 32 * 2 ** 20;
const REVIEW_BYTES = 32 * 2 ** 20;
const UNPACKED_BYTES = 64 * 2 ** 20;
const MOST_FILES = 16;
const FILE = 'review.json';

/**
 * The review in an artifact that anyone may have made, for the change that was asked about. Of the archive
 * `review.json` alone is looked at. `mergeBase` is GitHub's own, of the asked base and head. Throws a UserError.
 */
export function artifactReview(
  archive: Uint8Array,
  { ask, mergeBase }: { readonly ask: Ask; readonly mergeBase: string },
): Review {
  const review = parseReview(reviewText(archive), { maxBytes: REVIEW_BYTES });
  const wrong = otherwise(review, ask, mergeBase);
  if (wrong !== null)
    throw new UserError('review-origin', `The workflow's review is ${wrong}: it is not shown.`, {
      hint: 'The workflow must review what its inputs name: compare it with docs/bot.md.',
    });
  const { base, head } = ask;
  return {
    ...review,
    base: { ...review.base, ref: base.ref },
    head: { ...review.head, ref: head.ref, repository: head.repository },
  };
}

function reviewText(archive: Uint8Array): string {
  if (archive.length > ARTIFACT_BYTES)
    throw unreadable(`has ${archive.length} bytes, at most ${ARTIFACT_BYTES} are read`);
  const { entries, problems, unread } = readZip(archive, UNPACKED_BYTES);
  const [strange] = [...problems, ...unread];
  if (strange !== undefined) throw unreadable(`cannot be read: ${oneLine(strange, 200)}`);
  if (entries.length > MOST_FILES) throw unreadable(`holds ${entries.length} files, at most ${MOST_FILES} are read`);
  const file = entries.find(({ name }) => name === FILE);
  if (!file) throw unreadable(`holds no ${FILE} at its top`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(file.bytes);
  } catch {
    throw unreadable(`holds a ${FILE} that is not UTF-8`);
  }
}

/** In what a review is not the one that was asked for; null where it is. */
function otherwise({ repository, pull, base, head }: Review, ask: Ask, mergeBase: string): string | null {
  const of = (what: string, found: string, wanted: string) => `of ${what} ${oneLine(found, 100)}, not of ${wanted}`;
  if (repository?.toLowerCase() !== ask.repository.toLowerCase())
    return of('repository', repository ?? '(none)', ask.repository);
  if ((pull?.number ?? null) !== ask.pull)
    return of('pull request', String(pull?.number ?? '(none)'), String(ask.pull));
  if (head.sha !== ask.head.sha) return of('commit', head.sha, ask.head.sha);
  return base.sha === mergeBase ? null : of('base', base.sha, mergeBase);
}

function unreadable(problem: string): UserError {
  return new UserError('artifact', `The workflow's artifact ${problem}.`, {
    hint: 'Upload the file of the output review-path, and beside it only report-path: docs/bot.md has the workflow.',
  });
}
