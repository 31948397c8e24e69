import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logDensity, logNormalCdf, normalCdf, normalQuantile } from '../../src/stats/gaussian.ts';

const near = (value: number, expected: number, relative: number) =>
  assert.ok(Math.abs(value - expected) <= relative * Math.abs(expected), `${value}, expected ${expected}`);

// Abramowitz and Stegun 1964, table 26.1 and 26.2 (upper tails), and its series for the far tail.
const CDF: readonly [number, number][] = [
  [0, 0.5],
  [0.5, 0.6914624612740131],
  [1, 0.8413447460685429],
  [1.6448536269514722, 0.95],
  [1.959963984540054, 0.975],
  [3.090232306167813, 0.999],
  [-1, 0.15865525393145707],
  [-3, 1.349898031630095e-3],
  [-5, 2.866515718791933e-7],
  [-8, 6.220960574271785e-16],
];

test('the normal distribution agrees with published values, in the tails too', () => {
  for (const [z, p] of CDF) near(normalCdf(z), p, 2e-7);
  assert.equal(normalCdf(Number.POSITIVE_INFINITY), 1);
  assert.equal(normalCdf(Number.NEGATIVE_INFINITY), 0);
  for (let z = -8; z <= 8; z += 0.1) near(normalCdf(z) + normalCdf(-z), 1, 1e-12);
});

test('the quantile agrees with published values and turns the distribution round', () => {
  for (const [z, p] of CDF) if (z > -6 && z !== 0) near(normalQuantile(p), z, 1e-6);
  near(1 + normalQuantile(0.5), 1, 1e-6);
  assert.equal(normalQuantile(0), Number.NEGATIVE_INFINITY);
  assert.equal(normalQuantile(1), Number.POSITIVE_INFINITY);
  for (const p of [1e-9, 1e-4, 0.024, 0.0243, 0.3, 0.9, 0.9757, 0.976, 0.9999])
    near(normalCdf(normalQuantile(p)), p, 1e-6);
});

test('log densities differ as those of the formula do', () => {
  assert.ok(logDensity(2, 2, 1) === 0);
  near(logDensity(3, 1, 4), -0.5 * (Math.log(4) + 1), 1e-15);
});

test('the logarithm goes on where the distribution is no number any more', () => {
  for (const [z, p] of CDF) near(logNormalCdf(z), Math.log(p), 2e-7);
  // Abramowitz and Stegun 1964, 26.2.12: log of the asymptotic series.
  const far = (z: number) =>
    -0.5 * z * z - Math.log(-z * Math.sqrt(2 * Math.PI)) + Math.log1p(-1 / z ** 2 + 3 / z ** 4);
  for (const z of [-30, -50, -1000]) near(logNormalCdf(z), far(z), 1e-7);
  near(logNormalCdf(-10 - 1e-9), logNormalCdf(-10 + 1e-9), 1e-6);
});
