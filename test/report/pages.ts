import type { Review, ReviewFigure } from '../../src/review/review.ts';
import { findingOf, sampleReview, withFinding } from './samples.ts';

const bell = (middle: number, width: number, bins = 25) =>
  Array.from({ length: bins }, (_, bin): [number, number] => {
    const x = -14.5 + bin;
    return [x, Math.exp(-(((x - middle) / width) ** 2)) / (width * 1.77)];
  });

/** One figure of every kind that a review may hold. */
export const FIGURES: readonly ReviewFigure[] = [
  {
    ...{ kind: 'roc', title: 'Who was in the training data?', x: 'false positive rate', y: 'true positive rate' },
    series: [
      { name: 'base', points: [0.0005, 0.001, 0.01, 0.1, 0.3, 1].map((x): [number, number] => [x, x ** 0.75]) },
      { name: 'head', points: [0, 0.001, 0.01, 0.1, 0.3, 1].map((x): [number, number] => [x, (x + 0.002) ** 0.4]) },
    ],
  },
  {
    ...{ kind: 'scatter', title: "d' without and with the suspects", x: "d' without the suspects" },
    y: "d' with the suspects",
    series: [
      { name: 'exposed', points: Array.from({ length: 30 }, (_, i) => [i / 20, 2 + ((i * 7) % 13) / 3]) },
      { name: 'unharmed', points: Array.from({ length: 60 }, (_, i) => [i / 40, i / 40 + ((i * 5) % 11) / 20 - 0.25]) },
    ],
  },
  {
    ...{ kind: 'histogram', title: 'How well labels agree', x: 'margin (nats)', y: 'share of rows' },
    series: [
      { name: 'holdout', points: bell(1, 3) },
      { name: 'new', points: bell(-4, 4) },
    ],
  },
  {
    ...{ kind: 'bars', title: 'Labels of base and of the change', x: 'class', y: 'share of rows' },
    series: [
      { name: 'base', points: [0.5, 0.2, 0.15, 0.1, 0.05].map((y, x) => [x, y]) },
      { name: 'new', points: [0.3, 0.1, 0.45, 0.1, 0.05].map((y, x) => [x, y]) },
    ],
  },
  {
    ...{ kind: 'matrix', title: 'Which rows expose which', x: 'row of base', y: 'row of the change' },
    series: Array.from({ length: 6 }, (_, row) => ({
      name: `row ${row + 1}`,
      points: Array.from({ length: 8 }, (_, at): [number, number] => [
        at + 1,
        row === at ? 4.25 : ((row * at) % 5) / 5,
      ]),
    })),
  },
];

/** A review with every kind of figure, a true-positive rate with intervals, and rows enough to sort and filter. */
export function richReview(): Review {
  const review = sampleReview('fail-amplification');
  const worst = findingOf(review, 'amplification');
  const membership = findingOf(review, 'membership');
  const [row] = worst.rows;
  const rows = Array.from({ length: 12 }, (_, at) => ({
    ...row!,
    ...{ line: 3002 + ((at * 5) % 12), ordinal: 3000 + ((at * 5) % 12), id: '', score: (at * 7) % 11 },
    victims: row!.victims.map((victim, place) => ({
      ...victim,
      line: 20 + place + (at % 3),
      ordinal: 18 + place + (at % 3),
    })),
  }));
  const at = { value: 0.098, low: 0.07, high: 0.13, n: 900 };
  const tpr = { name: 'tpr', at: { fpr: 0.001 }, unit: 'rate', limit: 0.05 };
  const metrics = [{ ...tpr, base: { ...at, value: 0.006, low: 0.004, high: 0.011 }, head: at, delta: null }];
  return withFinding(
    withFinding(review, 'amplification', { rows, rowsTotal: 15, figures: FIGURES.slice(1) }),
    'membership',
    {
      ...membership,
      figures: FIGURES.slice(0, 1),
      metrics: [...metrics, ...membership.metrics.filter(({ name }) => name !== 'tpr')],
    },
  );
}
