import type { Review, ReviewFigure } from '../review/review.ts';
import { bare, prose } from './escape.ts';
import { triage } from './triage.ts';

/** False-positive rates that are drawn: a logarithmic axis, which xychart-beta itself has not. */
const RATES = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1] as const;
const LINES_SHOWN = 4;

/**
 * The first ROC figure of the findings as a mermaid chart, true-positive rate in percent against false-positive rate
 * on a logarithmic axis; null without one. The chart has no legend: a sentence above it tells the lines' order.
 */
export function rocChart(review: Review): string | null {
  const { ignored } = triage(review);
  const figure = review.findings
    .filter((finding) => !ignored.includes(finding))
    .flatMap((finding) => finding.figures)
    .find((candidate) => candidate.kind === 'roc' && candidate.series.some((series) => series.points.length > 1));
  if (!figure) return null;
  const series = figure.series.filter((one) => one.points.length > 1).slice(0, LINES_SHOWN);
  const names = series.map((one, index) => prose(one.name, 40) || `line ${index + 1}`);
  return [
    `Membership inference, share of training rows recognised (%) against the rate of false alarms. Lines from first to last: ${names.join(', ')}.`,
    '',
    '```mermaid',
    'xychart-beta',
    `  title "${bare(figure.title, 80) || 'ROC'}"`,
    `  x-axis "false-positive rate" [${RATES.map((rate) => `"${Number((rate * 100).toFixed(1))}%"`).join(', ')}]`,
    '  y-axis "true-positive rate (%)" 0 --> 100',
    ...series.map((one) => `  line [${stepsAt(one.points).join(', ')}]`),
    '```',
  ].join('\n');
}

/** Highest true-positive rate (percent) that needs no more false positives than each rate: no interpolation. */
function stepsAt(points: ReviewFigure['series'][number]['points']): number[] {
  return RATES.map((rate) => {
    let best = 0;
    for (const [falsePositive, truePositive] of points)
      if (falsePositive <= rate + 1e-12 && truePositive > best) best = truePositive;
    return Number((Math.min(best, 1) * 100).toFixed(2));
  });
}
