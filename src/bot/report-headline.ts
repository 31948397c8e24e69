import { visible } from '../report/escape.ts';
import { verdictLine } from '../report/verdict-line.ts';
import type { Review } from '../review/review.ts';

/** Characters of what is told of a report in a list. */
const CHARACTERS = 300;
const UNREAD = 'data could not be read; the check run says which';

/** What a kept review says in a sentence. Data that could not be read leave no verdict, whatever the rest says. */
export function reportHeadline(review: Review, unreadable: readonly string[]): string {
  const isOpen = unreadable.length > 0 && review.verdict !== 'fail';
  return visible(isOpen ? UNREAD : verdictLine(review).because, CHARACTERS);
}
