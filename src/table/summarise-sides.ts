import type { ColumnSummary } from '../evidence/column.ts';
import { keyOf } from '../tensor/random.ts';
import type { ColumnPlan } from './columns.ts';
import { labelAccuracy } from './label-accuracy.ts';
import type { Labels } from './labels.ts';
import type { Side } from './load.ts';
import type { Picked } from './pick.ts';
import type { Sql } from './sql.ts';
import { summarise } from './summaries.ts';

interface Sides {
  readonly base: Side | null;
  readonly head: Side | null;
}

const ACCURACY_ROWS = 20_000;

/** Summaries of both sides; the accuracy of one-column rules is measured on at most 20,000 pool rows of each. */
export async function summariseSides(
  sql: Sql,
  train: Sides,
  plans: readonly ColumnPlan[],
  used: readonly ColumnPlan[],
  picked: Picked,
  labels: Labels,
) {
  const byName = new Map(plans.map((plan) => [plan.name, plan]));
  const labelAt = used.findIndex(({ kind }) => kind === 'label');
  const summary = async (
    side: Side | null,
    has: (row: Picked['rows'][number]) => boolean,
  ): Promise<ColumnSummary[] | null> => {
    if (!side) return null;
    const accuracy = new Map<string, number>();
    const rows = picked.rows.flatMap((row, at) => (has(row) ? [at] : [])).filter((_, at) => at < ACCURACY_ROWS);
    const target = rows.map((at) => labels.read(picked.values[labelAt]?.[at] ?? null));
    const halves = Uint8Array.from(rows, (row) => keyOf(picked.rows[row]!.contentHash) % 2);
    for (const [at, plan] of used.entries()) {
      if (
        labels.task === 'unlabelled' ||
        ['label', 'id', 'group', 'excluded', 'text', 'list', 'image', 'constant'].includes(plan.kind)
      )
        continue;
      const values = rows.map((row) => picked.values[at]![row]!);
      const value = labelAccuracy(plan, values, target, halves, labels.task === 'regression');
      if (value !== null) accuracy.set(plan.name, value);
    }
    return await summarise(sql, side, byName, accuracy);
  };
  return { base: await summary(train.base, (row) => row.inBase), head: await summary(train.head, (row) => row.inHead) };
}
