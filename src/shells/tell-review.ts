import type { Log } from '../adapters/log.ts';
import type { Runner } from '../adapters/runner.ts';
import { renderSummary } from '../report/summary.ts';
import type { Review } from '../review/review.ts';
import type { ActionFiles } from './action-files.ts';
import { linksOf } from './action-inputs.ts';

export interface Told {
  readonly files: ActionFiles;
  readonly skipped: boolean;
  readonly runner: Runner;
  readonly log: Log;
}

/** Writes the job summary and the outputs of a step. */
export function tellReview(review: Review, { files, skipped, runner, log }: Told): void {
  runner.summary(renderSummary(review, linksOf(runner)));
  const count = (...outcomes: string[]) => review.findings.filter(({ outcome }) => outcomes.includes(outcome)).length;
  runner.output('verdict', review.verdict);
  runner.output('review-path', files.json);
  runner.output('report-path', files.html);
  runner.output('sarif-path', files.sarif);
  runner.output('findings', String(count('warn', 'fail')));
  runner.output('failed', String(review.findings.filter(({ broken }) => broken).length));
  runner.output('skipped', String(skipped));
  log.line(`Verdict: ${review.verdict}.`);
}
