import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openWeightStore } from '../../src/adapters/weight-store.ts';

test('weights come back bit by bit; damaged and absent ones do not', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'weights-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const store = openWeightStore(join(folder, 'inner'));
  const weights = { w1: new Float32Array([1, -0, Number.NaN, 1e-40]), b: new Float32Array(0), ü: Float32Array.of(3) };
  assert.equal(await store.get('key'), null);
  await store.put('key', weights);
  assert.deepEqual(await store.get('key'), weights);
  assert.equal(await store.get('other'), null);

  const [name] = readdirSync(join(folder, 'inner'));
  const path = join(folder, 'inner', name!);
  const whole = readFileSync(path);
  for (const length of [0, 31, 40, whole.length - 1]) {
    writeFileSync(path, whole.subarray(0, length));
    assert.equal(await store.get('key'), null, `cut at ${length}`);
  }
  whole[whole.length - 1]! ^= 1;
  writeFileSync(path, whole);
  assert.equal(await store.get('key'), null);
});

test('a folder that cannot be written costs nothing but the cache', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'weights-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'file'), '');
  const store = openWeightStore(join(folder, 'file', 'inner'));
  await store.put('key', { w: Float32Array.of(1) });
  assert.equal(await store.get('key'), null);
});
