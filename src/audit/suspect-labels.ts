import type { AttackRun } from './attack.ts';
import type { ExtraRow } from './shadows.ts';
import type { Defended, TargetedOrder } from './targeted.ts';

/** Share of honest rows that are refused, too. */
export const REFUSED = 0.05;

/**
 * Refuses a copy whose label a model that was trained without any copies holds for less likely than it holds the labels of
 * all but a few honest rows that it has not seen: whether the target was in its data hardly matters to that.
 */
export async function refuseSuspects(
  at: AttackRun,
  { seed, models }: Pick<TargetedOrder, 'seed'> & { readonly models: number },
  copies: readonly ExtraRow[],
): Promise<Defended> {
  const asked = copies.map((copy) => ({ ...copy, trained: 'never' as const }));
  const { phi, inside, rows } = await at.train({ name: 'without copies', seed, models, extra: asked });
  const N = at.pool.rows.length;
  const limits = Array.from({ length: models }, (_, model) => {
    const honest = at.pool.rows.flatMap(({ split, label }, row) =>
      split === 'train' && label !== null && inside[model * rows + row] === 0 ? [phi[model * rows + row]!] : [],
    );
    return Float64Array.from(honest).sort()[Math.floor(REFUSED * honest.length)] ?? Number.NEGATIVE_INFINITY;
  });
  const trained = copies.map((_, index) =>
    Uint8Array.from(limits, (limit, model) => Number(phi[model * rows + N + index]! >= limit)),
  );
  return { rows: new Set(), copies: new Map(trained.entries()) };
}
