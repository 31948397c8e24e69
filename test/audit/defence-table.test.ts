import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cell } from '../../src/audit/audit.ts';
import { changeOf, defenceFigures, defenceSummary, defenceTable, type Tried } from '../../src/audit/defence-table.ts';
import type { Targeted } from '../../src/audit/targeted.ts';
import { compareLeakage } from '../../src/stats/leakage.ts';
import { normalAt } from '../../src/tensor/random.ts';

const [MODELS, K] = [32, 40];
const rows = Array.from({ length: K }, (_, row) => row);

/** Models that tell members of every target by `gap` standard deviations. */
function targeted(gap: number, accuracy: number): Targeted {
  const inside = Uint8Array.from({ length: MODELS * K }, (_, cell) => (Math.floor(cell / K) + cell) % 2);
  const phi = Float32Array.from(inside, (bit, cell) => bit * gap + normalAt(5, cell));
  return { scored: { models: MODELS, rows: K, phi, inside }, accuracy, batches: 1 };
}

function tried(name: string, gap: number, accuracy: number, epsilon: number | null = null): Tried {
  const [clean, poisoned] = [targeted(1, accuracy), targeted(gap, accuracy)];
  const [leakage] = compareLeakage(clean.scored, poisoned.scored, { rows, rates: [0.01] });
  const defence = { name, epsilon };
  const change = name === 'none' ? null : changeOf(defence, { undefended: targeted(6, 0.8), defended: poisoned });
  return { defence, why: '', found: { leakage: leakage!, change, clean, poisoned } };
}

const none = tried('none', 6, 0.8);
const asked = { copies: 2, rate: 0.01 };
const summary = (...list: Tried[]) => defenceSummary([none, ...list], asked);

test('the best trade is told at each price, and what makes it worse', () => {
  const said = summary(
    tried('free', 3, 0.795),
    tried('cheap', 2, 0.76),
    tried('dear', 1, 0.5),
    tried('ruinous', 0, 0.1),
    tried('harmful', 9, 0.8),
  );
  assert.match(said, /^With 2 copies of a row .* \(median d' 6\.\d\), at an accuracy of 80%\./);
  assert.match(said, /for at most a point of accuracy "free" leaves .* at an accuracy of 79.5%; /);
  assert.match(said, /for at most 5 points of accuracy "cheap" .*; whatever it costs "dear" leaves [^;]*50%\./);
  assert.match(said, /"harmful" makes it worse: 100% \(median d' 9/);
  assert.doesNotMatch(said, /ruinous/);
});

test('one defence that is best at every price is named once; where none helps that is said', () => {
  assert.equal(summary(tried('free', 1, 0.8), tried('dear', 2, 0.5)).match(/"/g)!.length, 2);
  assert.match(summary(tried('useless', 6, 0.8)), /Nothing that was tried makes it less\.$/);
});

test("an attacker's variant is no defence", () => {
  const one = tried('unlike', 1, 0.8);
  const variant: Tried = { ...one, defence: { ...one.defence, features: () => new Float32Array() } };
  assert.doesNotMatch(summary(variant), /unlike/);
  assert.deepEqual(defenceFigures([none, variant], 0.01)[0]!.series.map(({ name }) => name), ['none']); // biome-ignore format: one idea
});

test('epsilon is a number, infinite, or not claimed; what could not be trained says why', () => {
  const broken: Tried = { defence: { name: 'private', epsilon: 8 }, found: null, why: 'too many weights' };
  const list = [none, tried('clipped', 2, 0.8, Number.POSITIVE_INFINITY), tried('noisy', 1, 0.7, 7.9), broken];
  const table = defenceTable(list, { ...asked, targets: K, models: MODELS, delta: 1e-5 });
  for (const row of table.rows) assert.equal(row.length, table.columns.length);
  const [first, clipped, noisy, last] = table.rows.map((row) => row.at(-1) as Cell);
  assert.equal(first, '');
  assert.equal(clipped, 'infinite');
  assert.deepEqual(noisy, { value: 7.9, low: null, high: null, n: null, unit: 'epsilon' });
  assert.equal(last, '');
  assert.equal(table.rows[3]![1], 'too many weights');
});
