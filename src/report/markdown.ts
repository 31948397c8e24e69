import type { Review } from '../review/review.ts';
import { cut, openSection } from './cut.ts';
import { page } from './page.ts';
import type { Links } from './place.ts';
import type { SinceLast } from './since-last.ts';

export interface MarkdownOptions {
  /** Characters (UTF-16 units, as GitHub counts at most) that the comment may have. */
  readonly limit: number;
  readonly links: Links | null;
  /** Hidden first lines, made by `marker` and `memoryLine`; empty for none. */
  readonly marker: string;
  /** What became of what the last review of the same pull request named; absent where there was none. */
  readonly since?: SinceLast | null;
}

/** GitHub takes 65,536 characters of a comment. */
export const COMMENT_CHARACTERS = 60_000;
const ROWS_IN_DETAILS = 20;

/** The review as a pull request comment: verdict first, about one screen unfolded. */
export function renderMarkdown(review: Review, { limit, links, marker, since = null }: MarkdownOptions): string {
  const sections = page(review, { links, rows: ROWS_IN_DETAILS, since });
  return cut(marker === '' ? sections : [openSection('the marker', -1, [marker]), ...sections], {
    limit,
    measure: (text) => text.length,
    elsewhere: 'The whole report and review.json hold everything.',
  });
}
