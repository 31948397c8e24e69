import { markdownTable } from 'markdown-table';
import type { Review, ReviewFinding, ReviewMetric } from '../review/review.ts';
import { prose } from './escape.ts';
import { formatDelta, formatEstimate, formatValue, metricLabel } from './quantity.ts';
import { bySeverity } from './triage.ts';

/** A metric beside the finding that measured it. */
export interface Measured {
  readonly finding: ReviewFinding;
  readonly metric: ReviewMetric;
}

/** A finding with many metrics leaves room for the others. */
const KEY_OF_ONE = 2;

/** The metrics worth a look first, of the worst findings: gates in front, facts about data last. */
export function keyMetrics(review: Review, limit: number): Measured[] {
  const all = bySeverity(review.findings)
    .filter((finding) => finding.outcome !== 'not-applicable' && finding.outcome !== 'error' && !finding.ignored)
    .flatMap((finding) => finding.metrics.map((metric) => ({ finding, metric })))
    .filter(({ metric }) => hasValue(metric));
  const rank = ({ finding, metric }: Measured): number =>
    (finding.gated && metric.limit !== null ? 0 : 8) +
    (finding.family === 'data' ? 4 : 0) +
    (metric.base && metric.head ? 0 : 2) +
    (metric.limit === null ? 1 : 0);
  const taken = new Map<ReviewFinding, number>();
  return all
    .sort((a, b) => rank(a) - rank(b))
    .filter(({ finding }) => {
      const count = (taken.get(finding) ?? 0) + 1;
      taken.set(finding, count);
      return count <= KEY_OF_ONE;
    })
    .slice(0, limit);
}

/** Base, head and difference with 95% intervals, as a markdown table; null without a metric. */
export function deltaTable(measured: readonly Measured[]): string | null {
  if (measured.length === 0) return null;
  const several = new Set(measured.map(({ finding }) => subjectName(finding))).size > 1;
  const lines = measured.map(({ finding, metric }) => [
    prose(`${finding.check}: ${metricLabel(metric)}`, 100) + (several ? ` (${prose(subjectName(finding), 60)})` : ''),
    prose(formatEstimate(metric.base, metric.unit), 80),
    prose(formatEstimate(metric.head, metric.unit), 80),
    prose(formatDelta(metric.delta, metric.unit), 80),
    prose(formatValue(metric.limit, metric.unit), 40),
  ]);
  const heading = ['measure [95% interval]', 'base', 'head', 'change', 'limit'];
  return markdownTable([heading, ...lines], { alignDelimiters: false, align: ['l', 'r', 'r', 'r', 'r'] });
}

/** What a finding speaks of. Raw. */
export function subjectName(finding: ReviewFinding): string {
  return finding.subject.data ?? finding.subject.model ?? finding.subject.path ?? 'the change';
}

function hasValue(metric: ReviewMetric): boolean {
  return [metric.base, metric.head, metric.delta].some((estimate) => estimate !== null && estimate.value !== null);
}
