import { appendFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { markdownTable } from 'markdown-table';
import { loadOnnxruntime, makeRuntime } from '../../src/adapters/onnxruntime.ts';
import type { Answered, AttackRun } from '../../src/audit/attack.ts';
import { attribute } from '../../src/audit/attribute.ts';
import type { Cell, Measure } from '../../src/audit/audit.ts';
import { defaultConfig } from '../../src/config/defaults.ts';
import type { EngineRequest } from '../../src/review/request.ts';
import { prepareSubject } from '../../src/review/subject.ts';
import type { Plan } from '../../src/training/plan.ts';
import { poolOf } from '../detection/change.ts';
import { dataFolder, readDataSet } from '../detection/data-sets.ts';
import { readLines } from '../json-lines.ts';
import { attackRun } from './attack-run.ts';

const SENSITIVE = ['sex', 'race', 'relationship'] as const;
const POISONS = [0, 8, 16];
const MODELS = 64;
/** Seconds at the reference rate that an audit's plan may cost: fixes the slice. */
const BUDGET = 400;

/** The model that an audit takes by itself, and one that cannot memorise a row: linear, strongly regularised. */
const MODELS_ATTACKED: Readonly<Record<string, (plan: Plan) => Plan>> = {
  default: (plan) => plan,
  regularised: (plan) => ({
    ...plan,
    slice: { kind: 'softmax', task: 'classification', width: plan.slice.width, hidden: 0, outputs: plan.slice.outputs },
    recipe: { ...plan.recipe, decay: 0.003 },
  }),
};

export interface AttributeResult {
  readonly model: string;
  readonly seed: number;
  readonly outcome: string;
  readonly summary: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly accuracy: number;
  readonly shadows: number;
  readonly seconds: number;
}

/**
 * Adult's sensitive columns under the attack of the audit, by seed and model; every result is appended to `out` as a line.
 * @param targets of each column; large enough for the interval, small enough that 16 copies of each value fit a few ensembles.
 */
export async function benchAttribute(
  { seeds, out, targets = 40, poisons = POISONS }: { readonly seeds: readonly number[]; readonly out: string | null; readonly targets?: number; readonly poisons?: readonly number[] }, // biome-ignore format: one idea
): Promise<AttributeResult[]> {
  const data = readDataSet('adult', dataFolder()!);
  const values = data.columns.map((column) => column.values);
  const { name, classes, columns: kinds, labels } = data;
  const pool = poolOf({ name, classes, kinds, values, labels, base: labels.length, baseSplit: 'train' });
  const request = {
    repository: 'bench',
    config: defaultConfig,
    limits: { shadows: MODELS, budgetSeconds: BUDGET, epochs: 'auto', maxRows: 1e6 },
  } as unknown as EngineRequest;
  const runtime = makeRuntime(loadOnnxruntime(), { threads: availableParallelism(), kind: 'native' });
  const results: AttributeResult[] = [];
  for (const seed of seeds)
    for (const [model, planOf] of Object.entries(MODELS_ATTACKED)) {
      const { training, features } = prepareSubject(pool, name, `${name}.csv`, request, { nonce: `bench ${seed}` });
      const plan = planOf(training!.plan);
      const started = performance.now();
      const count = { shadows: 0, accuracy: 0 };
      const subject = { pool, training: { subject: training!.subject, plan }, blocks: features.blocks };
      const run = attackRun(subject, { runtime, seed: `bench ${seed}`, options: { poisons, targets, thorough: true } });
      const at: AttackRun = {
        ...{ ...run, sensitive: SENSITIVE },
        train: async (order) => {
          const ensemble = await run.train(order);
          if (count.shadows === 0) count.accuracy = ensemble.testAccuracy;
          count.shadows += order.models;
          return ensemble;
        },
      };
      const found: Answered = await attribute.run(at);
      const [table] = found.tables;
      const result: AttributeResult = {
        ...{ model, seed, outcome: found.outcome, summary: found.summary, accuracy: count.accuracy },
        ...{ columns: table?.columns ?? [], rows: table?.rows ?? [], shadows: count.shadows },
        seconds: (performance.now() - started) / 1000,
      };
      results.push(result);
      if (out) appendFileSync(out, `${JSON.stringify(result)}\n`);
    }
  return results;
}

const percents = (value: number) => (100 * value).toFixed(1);

/** One row a model, column, number of copies and figure: means over seeds, and the seeds whose interval excludes zero. */
export function attributeTables(results: readonly AttributeResult[]): string {
  const lines = new Map<string, { readonly words: readonly string[]; readonly cells: Cell[][] }>();
  for (const { model, rows } of results)
    for (const row of rows) {
      const words = [model, ...(row.slice(0, 3) as string[])];
      const line = lines.get(words.join('\n')) ?? { words, cells: [] };
      line.cells.push(row.slice(3));
      lines.set(words.join('\n'), line);
    }
  const seeds = new Set(results.map(({ seed }) => seed)).size;
  const body = [...lines.values()].map(({ words, cells }) => {
    const over = (at: number) => cells.flatMap((row) => (typeof row[at] === 'object' ? [row[at] as Measure] : []));
    const mean = (measures: readonly Measure[]) =>
      measures.length === 0 ? '' : percents(measures.reduce((sum, { value }) => sum + value!, 0) / measures.length);
    const above = (measures: readonly Measure[]) =>
      measures.length === 0 ? '' : `${measures.filter(({ low }) => low! > 0).length} of ${measures.length}`;
    const [imputed, out, inside, leaked, rise] = [0, 1, 2, 3, 4].map(over);
    const each = leaked!.map(({ value, low, high }) => `${percents(value!)} [${percents(low!)}, ${percents(high!)}]`);
    return [...words, ...[imputed, out, inside, leaked].map((one) => mean(one!)), above(leaked!), above(rise!), each.join('; ')]; // biome-ignore format: one idea
  });
  const head = ['model', 'column', 'copies', 'figure', 'without the model, %', 'row out, %', 'row in, %', 'in less out, %', 'above zero', 'rise above zero', `in less out by seed (${seeds}), 95% interval`]; // biome-ignore format: one idea
  return markdownTable([head, ...body]);
}

if (import.meta.main) {
  const option = { type: 'string' } as const;
  const { values } = parseArgs({ options: { seeds: option, out: option, targets: option, poisons: option, tables: { ...option, multiple: true } } }); // biome-ignore format: one idea
  const numbers = (list: string) => list.split(',').map(Number);
  if (!values.tables && dataFolder() === null) {
    console.log('bench:audit attribute skipped: set TASTER_DATA to the folder of data sets.');
  } else {
    const results = values.tables
      ? values.tables.flatMap((file) => readLines<AttributeResult>(file))
      : await benchAttribute({
          ...{ seeds: numbers(values.seeds ?? '901,902,903'), out: values.out ?? null },
          ...(values.targets ? { targets: Number(values.targets) } : {}),
          ...(values.poisons ? { poisons: numbers(values.poisons) } : {}),
        });
    for (const { model, seed, accuracy, shadows, seconds, summary } of results)
      console.log(`${model}, seed ${seed}: ${shadows} shadow models, accuracy ${percents(accuracy)}%, ${seconds.toFixed(0)} s. ${summary}`); // biome-ignore format: one idea
    console.log(attributeTables(results));
  }
}
