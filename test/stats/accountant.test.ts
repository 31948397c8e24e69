import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { epsilonOf, noiseFor, renyiDivergence } from '../../src/stats/accountant.ts';

/** What dp-accounting gave: bench/peers/accountant.ts writes it. */
interface Told {
  readonly rate: number;
  readonly steps: number;
  readonly noise: number;
  readonly delta: number;
  /** By Renyi divergences of whole orders up to 1,024. */
  readonly renyi: number;
  /** By the privacy loss distribution, rounded down: no accountant may fall below it. */
  readonly loss: number;
}

const told = JSON.parse(readFileSync(new URL('../fixtures/accountant.json', import.meta.url), 'utf8')) as Told[];

test("epsilon is at most dp-accounting's by whole orders, and never below what is exact", () => {
  assert.ok(told.length >= 70);
  for (const { delta, renyi, loss, ...at } of told) {
    const epsilon = epsilonOf(at, delta);
    const what = `${JSON.stringify(at)}, ${delta}: ${epsilon}, ${renyi}, ${loss}`;
    assert.ok(epsilon <= renyi * (1 + 1e-9), what);
    assert.ok(epsilon >= loss * (1 - 1e-6), what);
  }
  const alike = told.filter(({ delta, renyi, loss: _, ...at }) => Math.abs(epsilonOf(at, delta) / renyi - 1) < 0.01);
  assert.ok(alike.length >= told.length / 2, `${alike.length} of ${told.length} within a hundredth`);
});

test('a published table of epsilons comes out by its own conversion', () => {
  // TensorFlow Privacy's MNIST tutorials, at a delta of 1e-5: 60,000 rows, noise, batch, epochs, epsilon.
  const published = [
    [1.12, 256, 60, 2.92],
    [0.6, 256, 30, 9.74],
    [1.3, 250, 15, 1.18],
  ] as const;
  for (const [noise, batch, epochs, epsilon] of published) {
    const rate = batch / 60_000;
    const steps = epochs * Math.floor(60_000 / batch);
    const orders = Array.from({ length: 640 }, (_, i) => 1.1 + i / 10);
    const old = orders.map((order) => steps * renyiDivergence({ rate, noise }, order) + Math.log(1e5) / (order - 1));
    assert.ok(Math.abs(Math.min(...old) - epsilon) < 0.01, `${noise}: ${Math.min(...old)}, published ${epsilon}`);
    assert.ok(epsilonOf({ rate, noise, steps }, 1e-5) < Math.min(...old), 'the newer conversion is tighter');
  }
});

test('sum and integral agree beside whole orders', () => {
  for (const noise of [0.3, 0.5, 1, 3, 20])
    for (const rate of [0.001, 0.05, 0.5, 0.999])
      for (const order of [2, 5, 17]) {
        const [sum, integral] = [order, order + 1e-9].map((each) => renyiDivergence({ rate, noise }, each));
        assert.ok(Math.abs(integral! - sum!) <= 1e-6 * sum! + 1e-9, `${noise} ${rate} ${order}: ${sum}, ${integral}`);
      }
});

test('a full batch is the Gaussian mechanism; no noise promises nothing', () => {
  assert.equal(renyiDivergence({ rate: 1, noise: 2 }, 3), 3 / 8);
  const nearly = renyiDivergence({ rate: 1 - 1e-9, noise: 2 }, 3);
  assert.ok(Math.abs(nearly - 3 / 8) < 1e-6, `${nearly}`);
  assert.equal(epsilonOf({ rate: 0.1, noise: 0, steps: 10 }, 1e-5), Number.POSITIVE_INFINITY);
  assert.equal(epsilonOf({ rate: 0.1, noise: 1e6, steps: 1 }, 0.5), 0);
});

test('more noise, fewer steps, a larger delta and rarer rows each mean a smaller epsilon', () => {
  const at = { rate: 0.05, noise: 1, steps: 480 };
  const epsilon = epsilonOf(at, 1e-5);
  assert.ok(epsilonOf({ ...at, noise: 1.1 }, 1e-5) < epsilon);
  assert.ok(epsilonOf({ ...at, steps: 470 }, 1e-5) < epsilon);
  assert.ok(epsilonOf({ ...at, rate: 0.045 }, 1e-5) < epsilon);
  assert.ok(epsilonOf(at, 1e-4) < epsilon);
});

test('the noise for a wanted epsilon is just enough', () => {
  for (const epsilon of [0.1, 1, 8, 100]) {
    const at = { rate: 0.05, steps: 480 };
    const noise = noiseFor(at, { epsilon, delta: 1e-5 });
    assert.ok(epsilonOf({ ...at, noise }, 1e-5) <= epsilon);
    assert.ok(epsilonOf({ ...at, noise: noise * 0.998 }, 1e-5) > epsilon);
  }
  assert.throws(() => noiseFor({ rate: 1, steps: 1000 }, { epsilon: 1e-6, delta: 1e-9 }), /no noise gives/);
});

test('rates, deltas and orders that mean nothing are refused', () => {
  for (const rate of [0, -1, 1.1, Number.NaN]) assert.throws(() => renyiDivergence({ rate, noise: 1 }, 2), /no diverg/);
  assert.throws(() => renyiDivergence({ rate: 0.1, noise: -1 }, 2), /no divergence/);
  assert.throws(() => renyiDivergence({ rate: 0.1, noise: 1 }, 1), /no divergence/);
  for (const delta of [0, 1, Number.NaN]) assert.throws(() => epsilonOf({ rate: 0.1, noise: 1, steps: 1 }, delta));
});
