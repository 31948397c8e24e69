import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatBytes,
  formatCount,
  formatDelta,
  formatEstimate,
  formatValue,
  metricLabel,
} from '../../src/report/quantity.ts';

const estimate = (value: number | null, low: number | null = null, high: number | null = null) => ({
  value,
  low,
  high,
  n: 10,
});

for (const [value, unit, expected] of [
  [0.208, 'rate', '20.8%'],
  [0.0004, 'rate', '0.04%'],
  [0, 'share', '0%'],
  [1, 'share', '100%'],
  [5010, 'rows', '5,010'],
  [1_234_567, 'count', '1,234,567'],
  [6.8, 'd-prime', '6.80'],
  [1536, 'bytes', '1.5 KiB'],
  [41.2, 'seconds', '41.2 s'],
  [3, 'nats', '3 nats'],
  [null, 'rate', '–'],
  [Number.NaN, 'rate', '–'],
  [Number.POSITIVE_INFINITY, 'rows', '–'],
] as const)
  test(`${value} ${unit} is written ${expected}`, () => assert.equal(formatValue(value, unit), expected));

test('an estimate carries its interval where it has one', () => {
  assert.equal(formatEstimate(estimate(0.208, 0.189, 0.227), 'rate'), '20.8% [18.9, 22.7]');
  assert.equal(formatEstimate(estimate(0.208), 'rate'), '20.8%');
  assert.equal(formatEstimate(estimate(null, 0, 1), 'rate'), '–');
  assert.equal(formatEstimate(null, 'rate'), '–');
});

test('a difference carries its sign; rates differ by percentage points', () => {
  assert.equal(formatDelta(estimate(0.012, 0.003, 0.021), 'rate'), '+1.2 pp [0.3, 2.1]');
  assert.equal(formatDelta(estimate(-0.012, -0.02, 0.001), 'rate'), '−1.2 pp [−2, 0.1]');
  assert.equal(formatDelta(estimate(0), 'rate'), '±0 pp');
  assert.equal(formatDelta(estimate(-3), 'rows'), '−3');
});

test('names and operating points are read as words', () => {
  const metric = { unit: 'rate', limit: null, base: null, head: null, delta: null };
  assert.equal(metricLabel({ ...metric, name: 'tpr', at: { fpr: 0.001 } }), 'TPR at FPR 0.1%');
  assert.equal(metricLabel({ ...metric, name: "median d'", at: null }), "median d'");
});

test('large and small counts and sizes', () => {
  assert.deepEqual([0, 999, 1000, 2 ** 53 - 1].map(formatCount), ['0', '999', '1,000', '9,007,199,254,740,991']);
  assert.deepEqual([0, 1023, 2 ** 20, 1.5 * 2 ** 30].map(formatBytes), ['0 B', '1,023 B', '1 MiB', '1.5 GiB']);
});
