import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttackRun } from '../../src/audit/attack.ts';
import type { ExtraRow, ShadowOrder } from '../../src/audit/shadows.ts';
import { refuseSuspects } from '../../src/audit/suspect-labels.ts';
import type { Ensemble } from '../../src/evidence/scores.ts';
import { poolRow } from '../training/small-set.ts';

const N = 100;
const MODELS = 4;

test('a copy is refused where its label is less likely than those of all but 5% of honest rows unseen', async () => {
  const orders: ShadowOrder[] = [];
  // Rows score their own number; members, rows without label and of the holdout score far below and must not count.
  const train = async (order: ShadowOrder): Promise<Ensemble> => {
    orders.push(order);
    const rows = N + order.extra!.length;
    const inside = Uint8Array.from({ length: MODELS * rows }, (_, cell) =>
      Number(cell % rows >= 60 && cell % rows < 98),
    );
    const phi = Float32Array.from(inside, (bit, cell) => {
      const [model, row] = [Math.floor(cell / rows), cell % rows];
      if (row >= N) return row === N ? 2.5 : 3.5 + model - 1;
      return bit === 1 || row >= 98 ? -1e6 : row;
    });
    return { ...{ name: 'with', models: MODELS, rows, phi, inside }, trainAccuracy: 1, testAccuracy: 1 };
  };
  const pool = Array.from({ length: N }, (_, row) =>
    poolRow(`${row}`, row === 98 ? { label: null } : row === 99 ? { split: 'holdout' } : {}),
  );
  const copy: ExtraRow = { copyOf: 1, label: 1, trained: 'always' };
  const at = { pool: { rows: pool }, train } as unknown as AttackRun;
  const { rows, copies } = await refuseSuspects(at, { seed: 'paired', models: MODELS }, [copy, { ...copy, copyOf: 2 }]);
  assert.equal(rows.size, 0);
  // 60 honest rows are unseen: the limit is the fourth of them, which scores 3.
  assert.deepEqual(copies.get(0), Uint8Array.of(0, 0, 0, 0));
  assert.deepEqual(copies.get(1), Uint8Array.of(0, 1, 1, 1));
  assert.deepEqual(orders.map(({ seed, extra }) => [seed, extra!.map(({ trained }) => trained)]), [['paired', ['never', 'never']]]); // biome-ignore format: one idea
});
