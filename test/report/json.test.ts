import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FIGURE_BYTES } from '../../src/report/cap-figures.ts';
import { renderJson } from '../../src/report/json.ts';
import { parseReview } from '../../src/report/parse-review.ts';
import type { Review, ReviewFigure } from '../../src/review/review.ts';
import { findingOf, sampleReview, withFinding } from './samples.ts';

const LEFT_OUT = 'Figures beyond 1 MiB were left out.';

function figureOf(title: string, points: number): ReviewFigure {
  const long = Array.from({ length: points }, (_, index): [number, number] => [index / 7, index / 11]);
  return { kind: 'scatter', title, x: '', y: '', series: [{ name: 's', points: long }] };
}

function withFigures(count: number): Review {
  const review = sampleReview('fail-amplification');
  const wide = Array.from({ length: 20 }, () => figureOf('', 2000).series[0]!);
  const figures = Array.from({ length: count }, (_, index) => ({ ...figureOf(`figure ${index}`, 1), series: wide }));
  return withFinding(review, 'amplification', { figures });
}

test('figures beyond 1 MiB are left out, smaller ones after them stay, and a note says so', () => {
  const review = withFinding(withFigures(4), 'membership', { figures: [figureOf('small', 3)] });
  const written = parseReview(renderJson(review), { maxBytes: 8 * 2 ** 20 });
  const figures = written.findings.flatMap((finding) => finding.figures);
  assert.ok(Buffer.byteLength(JSON.stringify(figures)) <= FIGURE_BYTES + figures.length + 2);
  const kept = findingOf(written, 'amplification').figures.length;
  assert.ok(kept >= 1 && kept < 4, `${kept} kept`);
  assert.equal(findingOf(written, 'membership').figures.length, 1);
  assert.ok(written.notes.includes(LEFT_OUT));
  assert.equal(renderJson(written), renderJson(review));
});

test('figures within the limit stay, and nothing is said', () => {
  const written = parseReview(renderJson(withFigures(1)), { maxBytes: 8 * 2 ** 20 });
  assert.equal(findingOf(written, 'amplification').figures.length, 1);
  assert.ok(!written.notes.includes(LEFT_OUT));
});

test('numbers have six digits, minus zero is zero, and the order of keys does not matter', () => {
  const review = sampleReview('pass-clean');
  const [one, two, three] = [0.1 + 0.2, 0.300_000_2, 123_456_789.123].map((seconds) =>
    renderJson({ ...review, cost: { ...review.cost, seconds, flops: -0 } }),
  );
  assert.equal(one, two);
  assert.match(one!, /"seconds": 0\.3,/);
  assert.match(one!, /"flops": 0,/);
  assert.match(three!, /"seconds": 123457000,/);
  const turned = Object.fromEntries(Object.entries(review).reverse()) as Review;
  assert.equal(renderJson(turned), renderJson(review));
});

test('what no reader would take is not written', () => {
  const review = sampleReview('pass-clean');
  assert.throws(() => renderJson({ ...review, notes: ['x'.repeat(501)] }));
  assert.throws(() => renderJson({ ...review, cost: { ...review.cost, seconds: Number.NaN } }));
});

test('the review that was given is not touched', () => {
  const review = withFigures(4);
  renderJson(review);
  assert.equal(findingOf(review, 'amplification').figures.length, 4);
});
