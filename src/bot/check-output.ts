import { type Annotation, annotations } from '../report/annotations.ts';
import { prose, visible } from '../report/escape.ts';
import { renderMarkdown } from '../report/markdown.ts';
import { verdictLine } from '../report/verdict-line.ts';
import type { Progress } from '../review/request.ts';
import type { Review, Verdict } from '../review/review.ts';

export const CHECK_NAME = 'Taster';

export type Conclusion = 'success' | 'failure' | 'neutral' | 'action_required' | 'cancelled';

export interface CheckOutput {
  readonly title: string;
  readonly summary: string;
}

/** GitHub takes 65,535 characters of a summary, and 50 annotations a request. */
const SUMMARY_CHARACTERS = 50_000;
export const ANNOTATIONS_A_REQUEST = 50;
const MOST_ANNOTATIONS = 3 * ANNOTATIONS_A_REQUEST;

const CONCLUSIONS: Readonly<Record<Verdict, Conclusion>> = {
  pass: 'success',
  warn: 'neutral',
  fail: 'failure',
  unknown: 'action_required',
};

export interface ConcludedCheck {
  readonly conclusion: Conclusion;
  readonly output: CheckOutput;
  readonly annotations: readonly Annotation[];
}

/** A review as a check run. Data that could not be read leave no verdict, whatever the rest says. */
export function concludedCheck(
  review: Review,
  { server, unreadable }: { readonly server: string; readonly unreadable: readonly string[] },
): ConcludedCheck {
  const { word, because } = verdictLine(review);
  const known = CONCLUSIONS[review.verdict];
  const isOpen = unreadable.length > 0 && known !== 'failure';
  const links = review.repository === null ? null : { server, repository: review.repository };
  const told = unreadable.slice(0, 10).map((sentence) => `${prose(sentence, 500)}\n\n`);
  return {
    conclusion: isOpen ? 'action_required' : known,
    output: {
      title: isOpen ? 'no verdict: data could not be read' : visible(`${word}: ${because}`, 250),
      summary: told.join('') + renderMarkdown(review, { limit: SUMMARY_CHARACTERS, links, marker: '' }),
    },
    annotations: annotations(review, MOST_ANNOTATIONS),
  };
}

export const queuedOutput: CheckOutput = {
  title: 'Waiting for a worker',
  summary: 'The review is queued.',
};

/** A review that nobody wants any more, by the reason. */
export function leftOutput(why: 'newer' | 'closed' | 'removed' | null): CheckOutput {
  return why === 'closed'
    ? { title: 'Closed before the review ended', summary: 'It is reviewed when it is opened again.' }
    : {
        title: 'A newer commit is reviewed instead',
        summary: 'The pull request has a newer head; this one was not reviewed to its end.',
      };
}

export function progressOutput({ step, done, secondsLeft }: Progress): CheckOutput {
  const left = secondsLeft === null ? '' : `, about ${Math.ceil(secondsLeft)} s left`;
  const title = visible(`${Math.floor(done * 100)}%: ${step}${left}`, 200);
  return { title, summary: 'The review is running.' };
}

/** What made this try fail, where the next may not. `problem` is shown literally. */
export function againOutput(problem: string): CheckOutput {
  return { title: 'Trying again soon', summary: prose(problem, 1000) };
}

/** What stopped the review and can be mended by whoever reads it. `problem` and `hint` are shown literally. */
export function stoppedOutput(problem: string, hint: string): CheckOutput {
  return { title: 'No verdict', summary: `${prose(problem, 1000)}\n\n${prose(hint, 1000)}` };
}
