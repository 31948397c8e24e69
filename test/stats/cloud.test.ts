import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeInCloud } from '../../src/stats/cloud.ts';
import { randomSequence } from '../../src/tensor/random.ts';

const POINTS = 300;

/** Functions that share a middle and differ by noise; the first is changed by `change`. */
function cloud(seed: number, change: (value: number, at: number) => number = (value) => value, count = 50) {
  const random = randomSequence(seed);
  const middle = Array.from({ length: POINTS }, () => 3 * random.normal());
  const own = () => Float32Array.from(middle, (value) => value + random.normal());
  const functions = Array.from({ length: count }, own);
  return [Float32Array.from(functions[0]!, change), ...functions.slice(1)];
}

test('under exchangeability small p are as rare as they say', () => {
  const runs = 200;
  const p = Array.from({ length: runs }, (_, seed) => placeInCloud(cloud(seed, undefined, 20)).p);
  for (const level of [0.05, 0.25, 0.5]) {
    const found = p.filter((one) => one <= level).length;
    const spread = 4 * Math.sqrt(runs * level * (1 - level));
    assert.ok(Math.abs(found - runs * level) <= spread, `${found} of ${runs} at ${level}`);
  }
});

test('what differs everywhere a little, or at a few points a lot, lies outside; what is surer of the same does not', () => {
  const changes = {
    everywhere: (value: number, at: number) => value + (at % 2 === 0 ? 1 : -1),
    'at two points': (value: number, at: number) => (at < 2 ? value + 9 : value),
  };
  for (const [name, change] of Object.entries(changes)) {
    const { p, deviations } = placeInCloud(cloud(3, change));
    assert.equal(p, 1 / 50, name);
    assert.equal(deviations.length, POINTS);
  }
  assert.ok(Math.abs(placeInCloud(cloud(3, changes['at two points'])).deviations[0]!) > 6);
  const { p } = placeInCloud(cloud(3, (value) => 2 * value + 5));
  assert.ok(p > 0.02, `stretched and moved: ${p}`);
});

test('a cloud of too few is a bug', () => {
  assert.throws(() => placeInCloud(cloud(1, undefined, 3)), /a cloud of 3 functions/);
});
