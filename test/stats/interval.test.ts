import assert from 'node:assert/strict';
import { test } from 'node:test';
import { betaCdf, betaQuantile, binomialUpperTail } from '../../src/stats/beta.ts';
import { chiSquareUpperTail, logGamma } from '../../src/stats/gamma.ts';
import { homogeneity } from '../../src/stats/homogeneity.ts';
import { clopperPearson, rateDifference, wilson } from '../../src/stats/interval.ts';
import { fisherGreater } from '../../src/stats/two-rates.ts';

const near = (value: number, expected: number, within = 1e-4) =>
  assert.ok(Math.abs(value - expected) <= within, `${value}, expected ${expected}`);

test('the exact interval agrees with closed forms and with published values', () => {
  // No success in n: 1 - 0.025^(1/n). All of n: 0.025^(1/n).
  near(clopperPearson(0, 10).high, 1 - 0.025 ** 0.1, 1e-12);
  near(clopperPearson(10, 10).low, 0.025 ** 0.1, 1e-12);
  // Newcombe 1998 (17, 857), table I: 81/263 and 15/148, method 5.
  near(clopperPearson(81, 263).low, 0.2527);
  near(clopperPearson(81, 263).high, 0.3676);
  near(clopperPearson(15, 148).low, 0.0578);
  near(clopperPearson(15, 148).high, 0.1617);
  assert.deepEqual(clopperPearson(0, 0), { low: 0, high: 1 });
  assert.throws(() => clopperPearson(3, 2));
});

test("Wilson's interval agrees with published values", () => {
  // Newcombe 1998, table I, method 3.
  near(wilson(81, 263).low, 0.2553);
  near(wilson(81, 263).high, 0.3662);
  near(wilson(15, 148).low, 0.0624);
  near(wilson(15, 148).high, 0.1605);
  near(wilson(0, 20).high, 0.1611);
  near(wilson(1, 29).low, 0.0061);
  near(wilson(1, 29).high, 0.1718);
});

test('the interval of a difference agrees with published values', () => {
  // Newcombe 1998 (17, 873), table II, method 10: 56/70 - 48/80 and 9/10 - 3/10.
  const a = rateDifference({ k: 48, n: 80 }, { k: 56, n: 70 });
  near(a.low, 0.0524);
  near(a.high, 0.3339);
  const b = rateDifference({ k: 3, n: 10 }, { k: 9, n: 10 });
  near(b.low, 0.1705);
  near(b.high, 0.809);
  assert.deepEqual(rateDifference({ k: 0, n: 0 }, { k: 1, n: 2 }), { low: -1, high: 1 });
});

test('the exact interval covers the truth at least as often as it says', () => {
  for (const rate of [0.003, 0.05, 0.37]) {
    const n = 60;
    let covered = 0;
    for (let k = 0; k <= n; k++) {
      const { low, high } = clopperPearson(k, n);
      const probability = binomialUpperTail(k, n, rate) - binomialUpperTail(k + 1, n, rate);
      if (low <= rate && rate <= high) covered += probability;
    }
    assert.ok(covered >= 0.95 && covered <= 1 + 1e-12, `${rate}: ${covered}`);
  }
});

test('special functions agree with closed forms', () => {
  near(logGamma(0.5), Math.log(Math.sqrt(Math.PI)), 1e-13);
  near(logGamma(11), Math.log(3628800), 1e-11);
  near(betaCdf(0.3, 1, 1), 0.3, 1e-14);
  near(betaCdf(0.3, 2, 1), 0.09, 1e-14);
  near(betaCdf(0.3, 1, 3), 1 - 0.7 ** 3, 1e-14);
  near(betaCdf(betaQuantile(0.123, 7, 31), 7, 31), 0.123, 1e-12);
  near(betaCdf(0.5, 5000, 5000), 0.5, 1e-9);
  near(chiSquareUpperTail(3, 2), Math.exp(-1.5), 1e-14);
  near(chiSquareUpperTail(3.841458820694124, 1), 0.05, 1e-12);
  near(chiSquareUpperTail(18.307038053275146, 10), 0.05, 1e-12);
  near(binomialUpperTail(8, 10, 0.5), 56 / 1024, 1e-13);
});

test("Fisher's exact test agrees with the tea tasting and refuses empty sides", () => {
  near(fisherGreater({ k: 1, n: 4 }, { k: 3, n: 4 }), 17 / 70, 1e-12);
  near(fisherGreater({ k: 0, n: 4 }, { k: 4, n: 4 }), 1 / 70, 1e-12);
  near(fisherGreater({ k: 0, n: 5010 }, { k: 1, n: 400 }), 400 / 5410, 1e-9);
  assert.equal(fisherGreater({ k: 0, n: 0 }, { k: 3, n: 4 }), 1);
});

test('homogeneity: chi-square by hand, distance, sparse cells', () => {
  const test = homogeneity([10, 20], [20, 10]);
  near(test.chiSquare, 20 / 3, 1e-12);
  near(test.distance, 1 / 3, 1e-12);
  assert.equal(test.freedom, 1);
  assert.equal(test.sparse, false);
  assert.equal(homogeneity([100, 2], [20, 0]).sparse, true);
  assert.deepEqual(homogeneity([5, 0], [7, 0]), { chiSquare: 0, freedom: 0, p: 1, distance: 0, sparse: false });
});
