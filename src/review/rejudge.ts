import type { Config } from '../config/config.ts';
import type { Review, ReviewFinding } from './review.ts';
import { applyPolicy, recomputeVerdict, SEVERITY, verdictOf } from './verdict.ts';

/**
 * A review that came from elsewhere, judged again by a configuration that is known to count: what the review says of
 * its own gates, ignores and switches is believed only where it is worse. A gated check without an answer about what
 * was reviewed is added as `unknown`. `now` in milliseconds since 1970, for expiry dates.
 */
export function rejudge(review: Review, config: Config, now: number): Review {
  const { onUnknown, onInfrastructure } = config;
  const switches = { onUnknown, onInfrastructure };
  const rank = (finding: ReviewFinding) => SEVERITY.indexOf(verdictOf([finding], switches));
  const { findings } = applyPolicy(review.findings, config, { now, reviewed: subjectsOf(review) });
  const worse = findings.map((judged, at) => {
    const own = review.findings[at];
    if (own === undefined || rank(judged) > rank(own)) return judged;
    return rank(own) > rank(judged) || (own.gated && !judged.gated) ? own : judged;
  });
  const judged = { ...review, ...switches, findings: worse };
  return { ...judged, verdict: recomputeVerdict(judged) };
}

/** Data sets, and the files of weights that were looked at: a model may also be listed for its tokenizer alone. */
function subjectsOf({ data, findings }: Review): ReviewFinding['subject'][] {
  const weights = findings.flatMap(({ subject }) =>
    subject.data === null && subject.model !== null ? [subject.model] : [],
  );
  return [
    ...data.map(({ name }) => ({ data: name, model: null, path: null })),
    ...[...new Set(weights)].map((path) => ({ data: null, model: path, path })),
  ];
}
