import { type Measured, subjectName } from '../delta-table.ts';
import { formatDelta, formatEstimate, formatValue, metricLabel } from '../quantity.ts';
import { table } from './table.ts';
import { words } from './text.ts';

/** Base, head and difference with their 95% intervals; empty without a metric. `named`: each says whose it is. */
export function metricsTable(measured: readonly Measured[], caption: string, named: boolean): string {
  if (measured.length === 0) return '';
  const rows = measured.map(({ finding, metric }) => [
    words(named ? `${finding.check}: ${metricLabel(metric)} (${subjectName(finding)})` : metricLabel(metric), 200),
    words(formatEstimate(metric.base, metric.unit), 100),
    words(formatEstimate(metric.head, metric.unit), 100),
    words(formatDelta(metric.delta, metric.unit), 100),
    words(formatValue(metric.limit, metric.unit), 60),
  ]);
  return table({ caption, heading: ['measure [95% interval]', '#base', '#head', '#change', '#limit'], rows });
}
