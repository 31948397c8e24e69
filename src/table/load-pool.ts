import { UserError } from '../errors.ts';
import type { ReadArrays } from './arrays/array-files.ts';
import { type ColumnPlan, planColumns } from './columns.ts';
import { diffSides } from './diff.ts';
import { planGuessed } from './guess-label.ts';
import { addContents, type ImageFiles } from './image-column.ts';
import { joinPool } from './join-pool.ts';
import { type Labels, readLabels } from './labels.ts';
import { loadSide, type Side } from './load.ts';
import { numberRemarks } from './number-remarks.ts';
import { type Picked, pickRows } from './pick.ts';
import { declaredColumns, type Pool, type TableOptions } from './pool.ts';
import { schemaRemarks } from './schema-remarks.ts';
import type { ScanTexts } from './secrets/find-secrets.ts';
import { secretsOfPool } from './secrets/secrets-of-pool.ts';
import type { LocalFile, Sql } from './sql.ts';
import { summariseSides } from './summarise-sides.ts';

/** The files of one data set; null where it does not exist at a revision. */
export interface PoolFiles {
  readonly base: readonly LocalFile[] | null;
  readonly head: readonly LocalFile[] | null;
  readonly holdout: { readonly base: readonly LocalFile[] | null; readonly head: readonly LocalFile[] | null };
  readonly options: TableOptions;
  readonly images?: ImageFiles | null | undefined;
  /** Reads files of arrays; without it there are none. */
  readonly arrays?: ReadArrays | null | undefined;
  /** Looks for secrets in texts; without it none are looked for. */
  readonly secrets?: ScanTexts | null | undefined;
}

interface Sides {
  readonly base: Side | null;
  readonly head: Side | null;
}

/** Above so many times `maxRows`, change rows cannot all be looked at: an error, for none may be left out in silence. */
const CHANGE_FACTOR = 4;

/**
 * Reads both sides, decides the columns on base (on head for a new data set), compares, and pulls the pool.
 * `unit` is the row's own index. Throws a UserError for files that cannot be read whole.
 */
export async function loadPool(sql: Sql, files: PoolFiles): Promise<Pool> {
  const declared = declaredColumns(files.options);
  const { images, arrays = null } = files;
  const load = async (name: string, revision: 'base' | 'head', list: readonly LocalFile[] | null) => {
    const side = list?.length ? await loadSide(sql, `${name}_${revision}`, list, declared, arrays) : null;
    return side && images ? await addContents(sql, side, images, images[revision]) : side;
  };
  const train: Sides = {
    base: await load('train', 'base', files.base),
    head: await load('train', 'head', files.head),
  };
  const holdout: Sides = {
    base: await load('hold', 'base', files.holdout.base),
    head: await load('hold', 'head', files.holdout.head),
  };
  const first = train.base ?? train.head;
  if (!first)
    throw new UserError('no-data', 'The data set has no file at either revision.', {
      hint: 'Check its `path` in the configuration.',
    });
  const { options, plans: firstPlans, remarks: guesses } = await planGuessed(sql, first, files.options);
  const plans = new Map(firstPlans.map((plan) => [plan.name, plan]));
  checkDeclared(first, options);
  const hasNew = train.head?.names.some((name) => !plans.has(name)) ?? false;
  const late =
    train.head && hasNew ? (await planColumns(sql, train.head, options)).filter(({ name }) => !plans.has(name)) : [];
  const common = firstPlans.filter(
    ({ name }) => !train.base || !train.head || (train.base.names.includes(name) && train.head.names.includes(name)),
  );
  const id = common.some(({ name }) => name === options.id) ? options.id : null;
  const compared = common.filter(({ kind }) => kind !== 'id' && kind !== 'excluded');
  const diff = await diffSides(sql, 'train', train, compared, id);
  const changes = diff.counts.added + diff.counts.removed + 2 * diff.counts.changed;
  const paired = train.base !== null && train.head !== null;
  if (paired && changes > CHANGE_FACTOR * options.maxRows)
    throw new UserError(
      'change-too-large',
      `${first.parts[0]!.file.repoPath}: the change touches ${changes} rows; at most ${CHANGE_FACTOR * options.maxRows} can be looked at.`,
      {
        hint: 'Raise `shadows.max_rows`, or split the change.',
      },
    );
  const labelPlan = firstPlans.find(({ kind }) => kind === 'label') ?? null;
  const lostLabel = paired && labelPlan !== null && !common.includes(labelPlan);
  const used = lostLabel ? [...common, labelPlan] : common;
  const picked = await pickRows(sql, 'train', train, diff, used, {
    split: 'train',
    maxRows: options.maxRows,
    sampleChanges: !paired,
    preferBase: lostLabel,
  });
  const held = await pickHoldout(sql, holdout, used, options);
  const labels = await findLabels(sql, labelPlan, train, first, options);
  const summaries = await summariseSides(sql, train, [...firstPlans, ...late], used, picked, labels);
  const odd = [
    ...(await numberRemarks(sql, train.base, firstPlans)),
    ...(await numberRemarks(sql, train.head, [...firstPlans, ...late])),
  ];
  const secrets =
    files.secrets &&
    (await secretsOfPool(sql, { train, holdout, picked, held }, [...plans.values(), ...late], files.secrets));
  await dropTables(sql);
  return {
    ...joinPool(picked, held, used, labels, options),
    ...(secrets ? { secrets } : {}),
    summaries,
    counts: diff.counts,
    sampled: picked.sampled || (held?.sampled ?? false),
    remarks: [
      ...new Set([
        ...(train.base?.remarks ?? []),
        ...(train.head?.remarks ?? []),
        ...(holdout.base?.remarks ?? []),
        ...(holdout.head?.remarks ?? []),
        ...odd,
      ]),
      ...guesses,
      ...schemaRemarks(train.base?.names ?? null, train.head?.names ?? null, options),
      ...labels.remarks,
    ],
  };
}

/** A table of hundreds of columns keeps hundreds of megabytes: training needs them back. */
async function dropTables(sql: Sql): Promise<void> {
  for (const set of ['train', 'hold'])
    for (const part of ['base', 'head', 'base_keys', 'head_keys', 'pairs', 'moved', 'picked'])
      await sql.run(`DROP TABLE IF EXISTS ${set}_${part}`);
}

function checkDeclared(side: Side, options: TableOptions): void {
  const { label, id, group, image = null } = options;
  for (const [role, name] of Object.entries({ label, id, group, image }))
    if (name !== null && !side.names.includes(name))
      throw new UserError(
        `${role}-column-missing`,
        `${side.parts[0]!.file.repoPath}: there is no ${role} column "${name}" among its ${side.names.length} columns.`,
        {
          hint: `Correct \`${role}\` in the configuration; a file without header has columns column1, column2 ...`,
        },
      );
}

async function pickHoldout(
  sql: Sql,
  sides: Sides,
  plans: readonly ColumnPlan[],
  options: TableOptions,
): Promise<Picked | null> {
  if (!sides.base && !sides.head) return null;
  const shared = plans.filter(({ name }) =>
    [sides.base, sides.head].every((side) => !side || side.names.includes(name)),
  );
  const compared = shared.filter(({ kind }) => kind !== 'id' && kind !== 'excluded');
  const diff = await diffSides(sql, 'hold', sides, compared, null);
  return await pickRows(sql, 'hold', sides, diff, plans, {
    split: 'holdout',
    maxRows: options.maxRows,
    sampleChanges: true,
    preferBase: false,
  });
}

async function findLabels(
  sql: Sql,
  plan: ColumnPlan | null,
  train: Sides,
  first: Side,
  options: TableOptions,
): Promise<Labels> {
  if (!plan) return readLabels(null, [], [], options);
  const distinct = async (side: Side | null) => {
    if (!side?.names.includes(plan.name)) return [];
    const column = `c${side.names.indexOf(plan.name)}`;
    return (
      await sql.columns(`SELECT DISTINCT ${column} FROM ${side.table} WHERE ${column} IS NOT NULL LIMIT 100000`)
    )[0]!.map(String);
  };
  return readLabels(plan, await distinct(first), train.head === first ? [] : await distinct(train.head), options);
}
