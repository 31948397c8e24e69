import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttackRun } from '../../src/audit/attack.ts';
import { earlyStop } from '../../src/audit/early-stop.ts';
import type { ShadowOrder } from '../../src/audit/shadows.ts';
import type { Ensemble } from '../../src/evidence/scores.ts';
import { poolRow } from '../training/small-set.ts';

/** Models whose held-out margins are best after `best` epochs; members always do well, and a row without label never counts. */
function aRun(epochs: number, best: number) {
  const tried: number[] = [];
  const rows = [poolRow('a'), poolRow('b'), poolRow('none', { label: null }), poolRow('held', { split: 'holdout' })];
  const train = async ({ recipe, models }: ShadowOrder): Promise<Ensemble> => {
    tried.push(recipe!.epochs);
    const inside = Uint8Array.from({ length: models * 4 }, (_, cell) => Number(cell % 4 === 0));
    const margin = 2 - Math.abs(Math.log2(recipe!.epochs / best));
    const phi = Float32Array.from({ length: models * 4 }, (_, cell) => [recipe!.epochs, margin, 50 * recipe!.epochs, -1e3 * recipe!.epochs][cell % 4]!); // biome-ignore format: one idea
    return { ...{ name: 'with', models, rows: 4, phi, inside }, trainAccuracy: 1, testAccuracy: 1 };
  };
  const at = { pool: { rows }, training: { plan: { recipe: { epochs } } }, seed: 's', train } as unknown as AttackRun;
  return { at, tried };
}

test('the epochs of the least held-out loss are taken, of whole, half, a quarter and an eighth', async () => {
  for (const best of [24, 12, 6, 3]) {
    const { at, tried } = aRun(24, best);
    assert.deepEqual(await earlyStop(at), { epochs: best, planned: 24 });
    assert.deepEqual(tried, [24, 12, 6, 3]);
  }
});

test('no number of epochs is tried twice, none is zero', async () => {
  const { at, tried } = aRun(3, 2);
  assert.deepEqual(await earlyStop(at), { epochs: 2, planned: 3 });
  assert.deepEqual(tried, [3, 2, 1]);
});
