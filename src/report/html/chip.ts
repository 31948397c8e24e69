import type { ReviewFinding } from '../../review/review.ts';

/** An outcome as a word on its colour: neither alone carries it. */
export function chip(finding: Pick<ReviewFinding, 'broken' | 'outcome'>): string {
  const [kind, word] = finding.broken ? ['fail', 'blocks'] : WORDS[finding.outcome];
  return `<span class="chip ${kind}">${word}</span>`;
}

const WORDS: Readonly<Record<ReviewFinding['outcome'], readonly [string, string]>> = {
  fail: ['fail', 'fail'],
  warn: ['warn', 'warn'],
  pass: ['pass', 'pass'],
  unknown: ['unknown', 'could not tell'],
  error: ['unknown', 'broke'],
  'not-applicable': ['none', 'not applicable'],
};
