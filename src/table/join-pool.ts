import type { ColumnPlan } from './columns.ts';
import type { Labels } from './labels.ts';
import type { Picked } from './pick.ts';
import type { TableOptions } from './pool.ts';

/** The rows of the training data and behind them those of the holdout, with labels, groups and columns. */
export function joinPool(
  picked: Picked,
  held: Picked | null,
  plans: readonly ColumnPlan[],
  labels: Labels,
  options: TableOptions,
) {
  const values = plans.map((_, at) => [...picked.values[at]!, ...(held?.values[at] ?? [])]);
  const columnOf = (name: string | null) => values[plans.findIndex((plan) => plan.name === name)];
  const given = columnOf(options.label);
  const groups = columnOf(options.group);
  const all = [...picked.rows, ...(held?.rows ?? [])];
  return {
    rows: all.map((row, unit) => ({ ...row, unit, label: labels.read(given?.[unit] ?? null) })),
    groups: all.map((_, at) => groups?.[at] ?? null),
    task: labels.task,
    classes: labels.classes,
    columns: plans.map(({ name, kind }, at) => ({ name, kind, values: values[at]! })),
  };
}
