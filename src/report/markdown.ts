import type { Review } from '../review/review.ts';
import { cut, openSection } from './cut.ts';
import { page } from './page.ts';
import type { Links } from './place.ts';

export interface MarkdownOptions {
  /** Characters (UTF-16 units, as GitHub counts at most) that the comment may have. */
  readonly limit: number;
  readonly links: Links | null;
  /** Hidden first line, made by `marker`; empty for none. */
  readonly marker: string;
}

/** GitHub takes 65,536 characters of a comment. */
export const COMMENT_CHARACTERS = 60_000;
const ROWS_IN_DETAILS = 20;

/** The review as a pull request comment: verdict first, about one screen unfolded. */
export function renderMarkdown(review: Review, { limit, links, marker }: MarkdownOptions): string {
  const sections = page(review, { links, rows: ROWS_IN_DETAILS });
  return cut(marker === '' ? sections : [openSection('the marker', -1, [marker]), ...sections], {
    limit,
    measure: (text) => text.length,
    elsewhere: 'The job summary and review.json hold everything.',
  });
}
