import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exposure, extrapolatedExposure, medianGuesses, rankOf } from '../../src/stats/exposure.ts';
import { fitSkewNormal } from '../../src/stats/fit-skew-normal.ts';
import { logSkewNormalCdf } from '../../src/stats/skew-normal.ts';
import { randomSequence } from '../../src/tensor/random.ts';

test('exposure is what ranks counted by hand give', () => {
  // Eight candidates with losses 1 to 8: the secret is one of them.
  const without = (secret: number) => [1, 2, 3, 4, 5, 6, 7, 8].filter((loss) => loss !== secret);
  assert.equal(rankOf(1, without(1)), 1);
  assert.equal(exposure(1, without(1)), 3);
  assert.equal(exposure(2, without(2)), 2);
  assert.equal(exposure(4, without(4)), 1);
  assert.equal(exposure(8, without(8)), 0);
  assert.ok(Math.abs(exposure(3, without(3))! - (3 - Math.log2(3))) < 1e-12);
  // A million candidates, 230 and 9,018 guesses: 12.1 and 6.8 bits.
  const million = Float64Array.from({ length: 999_999 }, (_, at) => at);
  assert.ok(Math.abs(exposure(228.5, million)! - 12.086) < 1e-3);
  assert.ok(Math.abs(exposure(9016.5, million)! - 6.793) < 1e-3);
});

test('a model that says the same of all gives nothing away: ties stand before the secret', () => {
  assert.equal(exposure(5, new Float64Array(1023).fill(5)), 0);
  assert.equal(rankOf(5, [5, 5, 6, 4]), 4);
  assert.equal(rankOf(5, [6, 6, 6]), 1);
});

test('no candidates, and what is no number', () => {
  assert.equal(exposure(1, []), null);
  assert.equal(exposure(Number.NaN, [1, 2]), null);
  assert.equal(exposure(1, [1, Number.NaN]), null);
  assert.equal(medianGuesses([]), null);
  assert.equal(medianGuesses([3, null]), null);
  assert.equal(medianGuesses([9, 1, 3]), 3);
  assert.equal(medianGuesses([9, 1, 3, 5]), 4);
});

test('the extrapolated exposure goes on where ranks end, and is near them where they do not', () => {
  const random = randomSequence(7);
  const losses = Float64Array.from({ length: 4000 }, () => 40 + 5 * random.normal() + 4 * Math.abs(random.normal()));
  const sorted = losses.toSorted();
  for (const rank of [2000, 1000, 200]) {
    const secret = (sorted[rank - 1]! + sorted[rank]!) / 2;
    const by = [exposure(secret, losses)!, extrapolatedExposure(secret, losses)!];
    assert.ok(Math.abs(by[0]! - by[1]!) < 0.2, `${by}`);
  }
  assert.ok(extrapolatedExposure(0, losses)! > 40 && exposure(0, losses)! < 12);
  assert.ok(Number.isFinite(extrapolatedExposure(-5000, losses)!));
  assert.ok(extrapolatedExposure(1e9, losses)! < 1e-9);
});

test('too few references, without spread, or broken: no exposure', () => {
  const random = randomSequence(8);
  const good = Array.from({ length: 120 }, () => random.normal());
  assert.ok(extrapolatedExposure(0, good)! > 0);
  assert.equal(extrapolatedExposure(0, good.slice(0, 99)), null);
  assert.equal(extrapolatedExposure(0, new Array(200).fill(3)), null);
  assert.equal(extrapolatedExposure(0, [...good, Number.NaN]), null);
  assert.equal(extrapolatedExposure(0, [...good, Number.POSITIVE_INFINITY]), null);
  assert.equal(extrapolatedExposure(Number.NaN, good), null);
});

test('a fit needs three values with a spread, and never has an infinite shape', () => {
  assert.equal(fitSkewNormal([]), null);
  assert.equal(fitSkewNormal([1, 2]), null);
  assert.equal(fitSkewNormal([1e9, 1e9, 1e9]), null);
  const skewed = fitSkewNormal([...new Array(500).fill(0), 1000])!;
  assert.ok(Number.isFinite(skewed.shape) && skewed.scale > 0 && Number.isFinite(skewed.location));
  const even = fitSkewNormal([-2, -1, 0, 1, 2])!;
  assert.ok(Math.abs(even.location + even.scale * even.shape) < 3 && even.scale > 0);
  assert.ok(Number.isNaN(logSkewNormalCdf(even, Number.NaN)));
  assert.equal(logSkewNormalCdf(even, Number.NEGATIVE_INFINITY), Number.NEGATIVE_INFINITY);
  assert.ok(Math.abs(logSkewNormalCdf(even, Number.POSITIVE_INFINITY)) < 1e-6);
});

test('equal values give equal fits, whatever their unit; one value far out moves the exposure little', () => {
  const random = randomSequence(9);
  const losses = Array.from({ length: 1000 }, () => 40 + 3 * random.normal() + 5 * Math.abs(random.normal()));
  const fit = fitSkewNormal(losses)!;
  assert.deepEqual(fitSkewNormal(losses), fit);
  const scaled = fitSkewNormal(losses.map((loss) => 1000 * loss - 7))!;
  assert.ok(Math.abs(scaled.shape - fit.shape) < 1e-4 && Math.abs(scaled.scale / fit.scale - 1000) < 0.1);
  const [plain, far] = [losses, [...losses, 70]].map((values) => extrapolatedExposure(25, values)!);
  assert.ok(Math.abs(far! - plain!) < 0.2 * plain!, `${plain} -> ${far}`);
});

test('references that end in an edge carry no exposure below it; those that end so above do', () => {
  const random = randomSequence(10);
  const half = Array.from({ length: 500 }, () => Math.abs(random.normal()));
  assert.equal(extrapolatedExposure(-1, half), null);
  const turned = extrapolatedExposure(-6, half.map((value) => -value))!; // biome-ignore format: one idea
  assert.ok(turned > 15 && turned < 60, `${turned}`);
});
