import type { Secrets } from '../../evidence/secrets.ts';
import type { ColumnPlan } from '../columns.ts';
import type { Side } from '../load.ts';
import type { Picked } from '../pick.ts';
import type { Sql } from '../sql.ts';
import { findSecrets, type ScanTexts } from './find-secrets.ts';
import type { ScannedSide } from './suspects.ts';

interface Sides {
  readonly base: Side | null;
  readonly head: Side | null;
}

/** Looks for secrets in all cells of a data set; `picked` and `held` are the pool's rows, in its order. */
export async function secretsOfPool(
  sql: Sql,
  set: { readonly train: Sides; readonly holdout: Sides; readonly picked: Picked; readonly held: Picked | null },
  plans: readonly ColumnPlan[],
  scan: ScanTexts,
): Promise<Secrets> {
  const first = set.picked.rows.length;
  const sides = (['base', 'head'] as const).flatMap((revision): ScannedSide[] => [
    ...sideOf(set.train[revision], revision, set.picked, 0),
    ...sideOf(set.holdout[revision], revision, set.held, first),
  ]);
  return await findSecrets(sql, sides, new Map(plans.map((plan) => [plan.name, plan])), { scan });
}

function sideOf(side: Side | null, revision: 'base' | 'head', picked: Picked | null, first: number): ScannedSide[] {
  if (!side) return [];
  const placed = (picked?.rowids ?? []).flatMap(({ [revision]: at }, row): [number, number][] =>
    at === null ? [] : [[at, first + row]],
  );
  return [{ side, revision, poolRow: new Map(placed) }];
}
