import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leanings } from '../../src/stats/leaning.ts';
import { randomSequence } from '../../src/tensor/random.ts';

const [CLASSES, WIDTH] = [4, 80];

/** Gradients that share a middle and differ by noise. */
function cloud(seed: number, count = 40): Float32Array[] {
  const random = randomSequence(seed);
  const middle = Array.from({ length: CLASSES * WIDTH }, () => 2 * random.normal());
  return Array.from({ length: count }, () => Float32Array.from(middle, (value) => value + random.normal()));
}

test('a model that leans towards a class by a few inputs is outermost, and class and inputs are told', () => {
  const marked = [7, 30, 31, 64];
  for (const seed of [1, 2, 3, 4, 5]) {
    const gradients = cloud(seed);
    for (const input of marked) gradients[0]![2 * WIDTH + input]! += 6;
    const { isOutermost, towards, by, measures } = leanings(gradients, CLASSES);
    assert.ok(isOutermost, `seed ${seed}`);
    assert.equal(towards, 2);
    assert.deepEqual([...by].sort((x, y) => x - y), marked); // biome-ignore format: one line
    assert.deepEqual(measures.map(({ length }) => length), [40, 40]); // biome-ignore format: one line
  }
});

test('models of one kind are outermost as rarely as chance has it; one that only answers more steeply is not', () => {
  const runs = 60;
  const found = Array.from({ length: runs }, (_, seed) => leanings(cloud(100 + seed, 20), CLASSES).isOutermost);
  // Two measures, each outermost in one of twenty.
  assert.ok(found.filter(Boolean).length <= 15, `${found.filter(Boolean).length} of ${runs}`);
  const steep = cloud(7);
  const before = leanings(steep, CLASSES).isOutermost;
  const doubled = [steep[0]!.map((value) => 2 * value), ...steep.slice(1)];
  assert.equal(before, false);
  assert.equal(leanings(doubled, CLASSES).isOutermost, false);
});

test('fewer inputs than are averaged over are all taken', () => {
  const gradients = cloud(3).map((values) => values.subarray(0, 3 * 2));
  const { measures, by } = leanings(gradients, 2);
  assert.ok(measures.every((list) => list.every(Number.isFinite)));
  assert.equal(by.length, 3);
});
