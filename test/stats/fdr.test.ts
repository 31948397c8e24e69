import assert from 'node:assert/strict';
import { test } from 'node:test';
import { benjaminiHochberg, holm } from '../../src/stats/fdr.ts';

// Benjamini and Hochberg 1995, section 3.2: fifteen p-values of a study of thrombolysis.
const PUBLISHED = [
  0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
];

test('Benjamini-Hochberg rejects the four hypotheses of the paper at 5%, Holm the three', () => {
  assert.equal(benjaminiHochberg(PUBLISHED).filter((q) => q <= 0.05).length, 4);
  assert.equal(holm(PUBLISHED).filter((q) => q <= 0.05).length, 3);
});

test('adjusted values by hand, in the order given', () => {
  const rounded = (values: number[]) => values.map((value) => Math.round(value * 1e6) / 1e6);
  assert.deepEqual(rounded(benjaminiHochberg([0.04, 0.01, 0.03, 0.5])), [0.053333, 0.04, 0.053333, 0.5]);
  assert.deepEqual(rounded(holm([0.04, 0.01, 0.03, 0.5])), [0.09, 0.04, 0.09, 0.5]);
  assert.deepEqual(benjaminiHochberg([]), []);
  assert.deepEqual(holm([1, 1]), [1, 1]);
});

test('what is no p-value is refused', () => {
  assert.throws(() => benjaminiHochberg([0.1, Number.NaN]));
  assert.throws(() => holm([1.2]));
});
