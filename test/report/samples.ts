import { readFileSync } from 'node:fs';
import { parseReview } from '../../src/report/parse-review.ts';
import type { Review, ReviewFinding } from '../../src/review/review.ts';

export const SAMPLES = [
  'fail-amplification',
  'pass-clean',
  'unknown-gated',
  'nothing-new-data',
  'warn-hostile',
] as const;

export const LINKS = { server: 'https://github.com', repository: 'example/spam-filter' };

export function sampleText(name: (typeof SAMPLES)[number]): string {
  return readFileSync(new URL(`../fixtures/reviews/${name}.json`, import.meta.url), 'utf8');
}

export function sampleReview(name: (typeof SAMPLES)[number]): Review {
  return parseReview(sampleText(name), { maxBytes: 2 ** 20 });
}

export function findingOf(review: Review, check: string): ReviewFinding {
  const finding = review.findings.find((each) => each.check === check);
  if (!finding) throw new Error(`the sample has no ${check}`);
  return finding;
}

/** The review with one finding changed. */
export function withFinding(review: Review, check: string, change: Partial<ReviewFinding>): Review {
  const findings = review.findings.map((finding) => (finding.check === check ? { ...finding, ...change } : finding));
  return { ...review, findings };
}

/** A report with every free text replaced: what a hostile writer of its file could do, beyond its limits even. */
export function flooded<T>(report: T, text: string): T {
  const flood = (value: unknown, key: string): unknown => {
    if (Array.isArray(value)) return value.map((inner) => flood(inner, key));
    if (typeof value === 'object' && value !== null) {
      const entries = Object.entries(value).map(([name, inner]) => [name, flood(inner, name)] as const);
      return Object.fromEntries(entries);
    }
    return typeof value === 'string' && !FIXED.has(key) ? text : value;
  };
  return flood(report, '') as T;
}

/** Enumerations: a parsed review can hold nothing else there. */
const FIXED = new Set(
  'schema verdict onUnknown onInfrastructure source change revision family outcome kind runtime'.split(' '),
);

/** 500 findings with 100 rows each. */
export function crowdedReview(): Review {
  const review = sampleReview('fail-amplification');
  const worst = findingOf(review, 'amplification');
  const [row] = worst.rows;
  const rows = Array.from({ length: 100 }, (_, index) => ({ ...row!, line: index + 2, ordinal: index }));
  const outcomes = ['fail', 'warn', 'pass', 'unknown'] as const;
  const families = ['leakage', 'poisoning', 'weights', 'data'] as const;
  const findings = Array.from({ length: 500 }, (_, index): ReviewFinding => {
    const outcome = outcomes[index % outcomes.length]!;
    const family = families[Math.floor(index / 4) % families.length]!;
    return { ...worst, id: `f${index}`, outcome, family, broken: outcome === 'fail', rows, rowsTotal: 5000 };
  });
  return { ...review, findings };
}

/** 10,000 findings with 10 rows each, every free text of 10,000 characters: far beyond what a review may hold. */
export function hugeReview(text: string): Review {
  const name = text.repeat(Math.ceil(10_000 / text.length)).slice(0, 10_000);
  const review = flooded(crowdedReview(), name);
  const findings = Array.from({ length: 10_000 }, (_, index): ReviewFinding => {
    const like = review.findings[index % review.findings.length]!;
    const rows = like.rows.slice(0, 10).map((row) => ({ ...row, ordinal: index }));
    return { ...like, id: `f${index}`, rows, rowsTotal: 10_000 };
  });
  return { ...review, findings, notes: Array.from({ length: 1000 }, () => name) };
}
