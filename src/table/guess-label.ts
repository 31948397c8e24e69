import type { ColumnKind } from '../evidence/column.ts';
import { type ColumnPlan, planColumns } from './columns.ts';
import { isNumbered } from './header.ts';
import type { Side } from './load.ts';
import type { TableOptions } from './pool.ts';
import { listNames } from './schema-remarks.ts';
import type { Sql } from './sql.ts';

/** What a guess at the label goes by. */
export interface GuessedFrom {
  readonly rows: number;
  readonly columns: readonly { readonly name: string; readonly kind: ColumnKind; readonly distinct: number }[];
}

/** Names of labels, the surest first: of two columns the one with the surer name is taken. */
const LABELS: readonly RegExp[] = [
  /^#?(labels?|targets?|y)$/i,
  /^((label|target|class)[-_ ]?(id|name|text)|is[-_ ]?(spam|fraud|toxic)|ground[-_ ]?truth)$/i,
  /^(outcome|income|survived|spam|sentiment|species|diagnosis|churn|fraud)$/i,
  /^(class|category|quality|stars)$/i,
];
const LONGEST_NAME = 200;
const MOST_CLASSES = 1000;
const FEW = 30;
/** Numbers below no name, as old tables have them, are taken for classes where they are fewer and each stands in many rows. */
const FEW_NUMBERS = 10;
const MANY_ROWS = 20;

/** The column that looks like the label: by its name, else the last one where it has few values. */
export function guessLabel({ rows, columns }: GuessedFrom): string | null {
  const few = columns.filter(
    ({ name, distinct }) =>
      isPlainText(name, LONGEST_NAME) && distinct >= 2 && distinct <= MOST_CLASSES && distinct <= rows / 2,
  );
  for (const names of LABELS) {
    const named = few.find(({ name }) => names.test(name));
    if (named) return named.name;
  }
  const last = few.find((column) => column === columns.at(-1));
  return last && isClass(last, rows) ? last.name : null;
}

/** Whether a column's name is one that labels have. */
export function isLabelName(name: string): boolean {
  return LABELS.some((names) => names.test(name));
}

function isClass({ name, kind, distinct }: GuessedFrom['columns'][number], rows: number): boolean {
  // A name that is none of a label says of a few numbers that they are counts or codes.
  if (kind === 'numeric') return isNumbered(name) && distinct <= FEW_NUMBERS && rows >= MANY_ROWS * distinct;
  return distinct <= FEW && (kind === 'category' || kind === 'boolean');
}

/** The kinds of the columns; where no label is named and one may be guessed, with the guess, and said so. */
export async function planGuessed(
  sql: Sql,
  side: Side,
  options: TableOptions,
): Promise<{ options: TableOptions; plans: ColumnPlan[]; remarks: string[] }> {
  const plans = await planColumns(sql, side, options);
  const label = options.label === null && options.guessLabel ? await guessLabelOf(sql, side, plans) : null;
  if (label === null) return { options, plans, remarks: [] };
  const remark = `No configuration names a label: the column ${listNames([label])} is taken for it.`;
  // Kinds are the same whoever names the label: only the label's own is another.
  const named = plans.map((plan) =>
    plan.name === label ? { ...plan, kind: 'label' as const, missingWords: false } : plan,
  );
  return { options: { ...options, label }, plans: named, remarks: [remark] };
}

/** The same of a side that was read: only columns that come into question are counted. */
async function guessLabelOf(
  sql: Sql,
  side: Side,
  kinds: readonly { readonly name: string; readonly kind: ColumnKind }[],
): Promise<string | null> {
  const last = side.names.length - 1;
  const asked = side.names.flatMap((name, at) => (isLabelName(name) || at === last ? [at] : []));
  if (asked.length === 0) return null;
  const [counts] = await sql.rows(
    `SELECT ${asked.map((at) => `count(DISTINCT c${at})`).join(', ')} FROM ${side.table}`,
  );
  const distinct = new Map(asked.map((at, index) => [side.names[at]!, Number(counts![index])]));
  const columns = kinds.map(({ name, kind }) => ({ name, kind, distinct: distinct.get(name) ?? 0 }));
  return guessLabel({ rows: side.rows, columns });
}

/** Whether a foreign text can stand in a configuration and in a sentence. */
export function isPlainText(text: string, limit: number): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  return text.trim() !== '' && text.length <= limit && !/[\u0000-\u001f\u007f-\u009f\u2028\u2029\\]/.test(text);
}
