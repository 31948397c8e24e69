import assert from 'node:assert/strict';
import { test } from 'node:test';
import { armVariances, effectOn, makeScreen, strongestEffects, type UnitBits } from '../../src/stats/interaction.ts';
import { randomSequence } from '../../src/tensor/random.ts';
import { armOf, drawnEnsemble, mean, medianOf, variance } from './drawn-ensemble.ts';

const [M, N, U] = [48, 25, 12];
const NU = 4;
const near = (value: number, expected: number, within = 1e-5) =>
  assert.ok(Math.abs(value - expected) <= within * Math.max(1, Math.abs(expected)), `${value}, expected ${expected}`);

/** Drawn scores in which unit 3 lowers row 7 where it is in, more so where the row is out. */
function planted() {
  const ensemble = drawnEnsemble(M, N, 31);
  const random = randomSequence(32);
  const units: UnitBits[] = Array.from({ length: U }, (_, unit) => ({
    unit,
    bits: Uint8Array.from({ length: M }, () => Number(random.next() < 0.5)),
    own: new Set<number>(),
  }));
  const phi = ensemble.phi.map((value, cell) => {
    const hit = cell % N === 7 && units[3]!.bits[Math.floor(cell / N)];
    return hit ? value - (ensemble.inside[cell] ? 3 : 6) : value;
  });
  return { ensemble: { ...ensemble, phi }, units };
}

/** t of unit on row straight from the four cells. */
function naive({ ensemble }: ReturnType<typeof planted>, { bits }: UnitBits, row: number, typical: readonly number[]) {
  const cell = (arm: number, applied: number) =>
    Array.from({ length: M }, (_, model) => model)
      .filter((model) => ensemble.inside[model * N + row] === arm && bits[model] === applied)
      .map((model) => ensemble.phi[model * N + row]!);
  const cells = [0, 1].map((arm) => [cell(arm, 0), cell(arm, 1)] as const);
  const effect = cells.reduce((sum, [absent, present]) => sum + (mean(absent) - mean(present)) / 2, 0);
  const square = cells
    .flatMap((pair, arm) => pair.map((values) => ({ values, arm })))
    .reduce((sum, { values, arm }) => {
      const n = values.length;
      return sum + (NU * typical[arm]! + (n - 1) * variance(values)) / (NU + n - 1) / n / 4;
    }, 0);
  return { effect, t: effect / Math.sqrt(square) };
}

const everyRow = Array.from({ length: N }, (_, row) => row);

test('the typical variance of each arm is the median over rows', () => {
  const { ensemble } = planted();
  const [out, into] = armVariances(makeScreen(ensemble.phi, ensemble.inside, N, everyRow));
  near(out, medianOf(everyRow.map((row) => variance(armOf(ensemble, row, 0)))));
  near(into, medianOf(everyRow.map((row) => variance(armOf(ensemble, row, 1)))));
});

test('effect and t of every unit on every row are what the four cells give', () => {
  const data = planted();
  const rows = [7, 3, 21, 0];
  const screen = makeScreen(data.ensemble.phi, data.ensemble.inside, N, rows);
  const typical = armVariances(screen);
  for (const unit of data.units)
    for (const [index, row] of rows.entries()) {
      const [found, expected] = [effectOn(screen, index, unit.bits, typical), naive(data, unit, row, typical)];
      near(found.effect, expected.effect);
      near(found.t, expected.t);
    }
});

test('the planted effect stands out, and the list is that of all exact t, strongest first', () => {
  const data = planted();
  const screen = makeScreen(data.ensemble.phi, data.ensemble.inside, N, everyRow);
  const typical = armVariances(screen);
  const found = strongestEffects(screen, data.units, 4);
  for (const [index, unit] of data.units.entries()) {
    const exact = everyRow
      .map((row) => ({ row, ...naive(data, unit, row, typical) }))
      .sort((a, b) => b.t - a.t)
      .slice(0, 4);
    assert.deepEqual(found[index]!.map(({ row }) => row), exact.map(({ row }) => row)); // biome-ignore format: one idea
    for (const [place, { t }] of found[index]!.entries()) near(t, exact[place]!.t);
  }
  const strongest = found.map((effects) => effects[0]!.t);
  assert.equal(found[3]![0]!.row, 7);
  assert.ok(found[3]![0]!.effect > 3);
  for (const [unit, t] of strongest.entries()) if (unit !== 3) assert.ok(t < strongest[3]! - 3);
});

test('a unit is not its own victim, and an empty cell gives no figure', () => {
  const data = planted();
  const screen = makeScreen(data.ensemble.phi, data.ensemble.inside, N, everyRow);
  const own = { ...data.units[3]!, own: new Set([7]) };
  assert.ok(strongestEffects(screen, [own], 25)[0]!.every(({ row }) => row !== 7));
  const never = { unit: 0, bits: new Uint8Array(M), own: new Set<number>() };
  const once = { ...never, bits: Uint8Array.from({ length: M }, (_, model) => Number(model === 0)) };
  assert.deepEqual(strongestEffects(screen, [never, once], 5), [[], []]);
  assert.ok(Number.isNaN(effectOn(screen, 0, once.bits, [1, 1]).t));
});

test('rows that were never in, or always, are passed over without harm to the others', () => {
  const { ensemble, units } = planted();
  const inside = ensemble.inside.map((bit, cell) => (cell % N === 1 ? 0 : cell % N === 2 ? 1 : bit));
  const screen = makeScreen(ensemble.phi, inside, N, everyRow);
  const found = strongestEffects(screen, units, 3);
  assert.equal(found[3]![0]!.row, 7);
  for (const effects of found)
    for (const { row, t } of effects) assert.ok(row !== 1 && row !== 2 && Number.isFinite(t));
});

test('only the ranking takes a short cut: of many rows, the strongest is still found', () => {
  const rows = 400;
  const ensemble = drawnEnsemble(64, rows, 41);
  const random = randomSequence(42);
  const bits = Uint8Array.from({ length: 64 }, () => Number(random.next() < 0.5));
  const phi = ensemble.phi.map((value, cell) =>
    cell % rows === 333 && bits[Math.floor(cell / rows)] ? value - 4 : value,
  );
  const screen = makeScreen(phi, ensemble.inside, rows, Array.from({ length: rows }, (_, row) => row)); // biome-ignore format: one call
  const [effects] = strongestEffects(screen, [{ unit: 0, bits, own: new Set() }], 3);
  assert.equal(effects![0]!.row, 333);
});
