import type { Task } from '../evidence/evidence.ts';
import type { ColumnPlan } from './columns.ts';
import type { TableOptions } from './pool.ts';

/** Above so many distinct whole numbers (or fractions) a numeric label is a quantity, not a class. */
const MOST_WHOLE_CLASSES = 100;
const MOST_FRACTION_CLASSES = 20;

export interface Labels {
  readonly task: Task;
  readonly classes: readonly string[];
  readonly remarks: readonly string[];
  /** Index of the class, or the target's value; null for a missing or unknown label. */
  read(value: string | null): number | null;
}

/** What is learned: decided on the labels of base (`known`, distinct, not null); head may add classes (`late`) at the end. */
export function readLabels(
  plan: ColumnPlan | null,
  known: readonly string[],
  late: readonly string[],
  options: TableOptions,
): Labels {
  const nothing = (remarks: readonly string[]): Labels => ({
    task: 'unlabelled',
    classes: [],
    remarks,
    read: () => null,
  });
  if (!plan) return nothing(['No label column is set: checks that need one do not apply.']);
  const form = (value: string) => (plan.numeric && Number.isFinite(Number(value)) ? String(Number(value)) : value);
  const numbers = plan.numeric ? [...new Set(known.map(Number).filter(Number.isFinite))] : [];
  const most = numbers.every(Number.isInteger) ? MOST_WHOLE_CLASSES : MOST_FRACTION_CLASSES;
  if (!options.classes && numbers.length > most) {
    const read = (value: string | null) => (value !== null && Number.isFinite(Number(value)) ? Number(value) : null);
    return {
      task: 'regression',
      classes: [],
      remarks: [`The label has ${numbers.length} different numbers: read as a quantity (regression).`],
      read,
    };
  }
  const sorted = (values: readonly string[]) =>
    [...new Set(values.map(form))].sort(
      (a, b) => (plan.numeric ? Number(a) - Number(b) : 0) || (a < b ? -1 : a > b ? 1 : 0),
    );
  const base = options.classes ? options.classes.map((name) => form(name.trim().normalize('NFC'))) : sorted(known);
  const fresh = sorted(late).filter((name) => !base.includes(name));
  if (base.length < 2)
    return nothing([
      `The label has ${base.length === 1 ? 'only one value' : 'no value'} at base: nothing can be learned from it.`,
    ]);
  const remarks: string[] = [];
  if (fresh.length > 0)
    remarks.push(
      options.classes
        ? `${fresh.length} label(s) are not among the configured classes: their rows are read without a label.`
        : `${fresh.length} class(es) are new at head.`,
    );
  const classes = options.classes ? base : [...base, ...fresh];
  const index = new Map(classes.map((name, at) => [name, at]));
  // The test file of UCI's Adult ends its labels with a dot.
  const read = (value: string | null) =>
    value === null ? null : (index.get(form(value)) ?? index.get(value.replace(/\.$/, '')) ?? null);
  return { task: 'classification', classes, remarks, read };
}
