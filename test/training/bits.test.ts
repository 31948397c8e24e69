import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { chiSquareUpperTail } from '../../src/stats/gamma.ts';
import { unitBits } from '../../src/training/bits.ts';

const names = (n: number) => Array.from({ length: n }, (_, unit) => `unit ${unit}`);

test('bits are fair, model by model and unit by unit', () => {
  const [units, models] = [400, 300];
  const bits = names(units).map((name) => unitBits('key', name, models));
  const chiSquare = (ones: readonly number[], of: number) =>
    chiSquareUpperTail(
      ones.reduce((sum, k) => sum + (k - of / 2) ** 2 / (of / 4), 0),
      ones.length,
    );
  const byUnit = bits.map((row) => row.reduce((sum, bit) => sum + bit, 0));
  const byModel = Array.from({ length: models }, (_, model) => bits.reduce((sum, row) => sum + row[model]!, 0));
  for (const p of [chiSquare(byUnit, models), chiSquare(byModel, units)]) assert.ok(p > 0.001 && p < 0.999, `p = ${p}`);
});

test('bits of two units, of two models and of neighbouring names are independent', () => {
  const bits = names(200).map((name) => unitBits('key', name, 256));
  const cells = [0, 0, 0, 0];
  for (let unit = 1; unit < bits.length; unit++)
    for (let model = 1; model < 256; model++) {
      cells[bits[unit]![model]! * 2 + bits[unit - 1]![model]!]!++;
      cells[bits[unit]![model]! * 2 + bits[unit]![model - 1]!]!++;
    }
  const total = cells.reduce((sum, count) => sum + count, 0);
  const statistic = cells.reduce((sum, count) => sum + (count - total / 4) ** 2 / (total / 4), 0);
  assert.ok(chiSquareUpperTail(statistic, 3) > 0.001, `cells ${cells}`);
});

test('bits depend on key and name, and not on how many models are asked for', () => {
  const bits = unitBits('key', 'unit', 600);
  for (const models of [0, 1, 255, 256, 257])
    assert.deepEqual(unitBits('key', 'unit', models), bits.subarray(0, models));
  assert.notDeepEqual(unitBits('other', 'unit', 600), bits);
  assert.notDeepEqual(unitBits('key', 'unit 2', 600), bits);
  assert.notDeepEqual(bits.subarray(0, 256), bits.subarray(256, 512));
});

test('bits are those of HMAC-SHA256, lowest bit first', () => {
  const bits = unitBits('key', 'unit', 512);
  for (const first of [0, 256]) {
    const digest = createHmac('sha256', 'key').update(`${first}/unit`).digest();
    for (let model = 0; model < 256; model++)
      assert.equal(bits[first + model], (digest[Math.floor(model / 8)]! >> (model % 8)) % 2);
  }
});
