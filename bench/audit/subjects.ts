import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultConfig } from '../../src/config/defaults.ts';
import { runTrunk } from '../../src/features/trunk.ts';
import type { Runtime } from '../../src/onnx/runtime.ts';
import type { EngineRequest } from '../../src/review/request.ts';
import { prepareSubject } from '../../src/review/subject.ts';
import { candidatesOf, makeModelSlice } from '../../src/training/cut-model.ts';
import { openModel } from '../../src/training/open-model.ts';
import { ENSEMBLES, makePlan } from '../../src/training/plan.ts';
import { makeSubject } from '../../src/training/subject.ts';
import { assignUnits } from '../../src/training/units.ts';
import { poolOf } from '../detection/change.ts';
import { type DataSet, readDataSet } from '../detection/data-sets.ts';
import { withMlpHead } from '../detection/mlp-head.ts';
import type { BenchSubject } from './attack-run.ts';
import { type CifarImages, IMAGE, readCifar } from './cifar-images.ts';

/** What `taster audit` plans with: ten minutes, counted in 16 ensembles. */
const BUDGET_SECONDS = (600 * ENSEMBLES) / 16;
/** Images of each class whose features are trained on. */
const IMAGES_EACH = 500;

/** Data sets of rows, under the slice that an audit takes by itself. */
export const TABLES = ['location30', 'sms', 'adult'] as const;
export type TableName = (typeof TABLES)[number];
/** What is attacked: a data set with its slice. */
export const SUBJECTS = [...TABLES, 'cifar-linear', 'cifar-mlp'] as const;
export type SubjectName = (typeof SUBJECTS)[number];

/** Reads a data set as an audit would, and plans as one would. `models` is M. */
export async function openSubject(
  name: SubjectName,
  at: { readonly data: string; readonly models: number; readonly threads: number; readonly runtime: Runtime },
): Promise<BenchSubject> {
  if (name === 'cifar-linear' || name === 'cifar-mlp') return await frozenFeatures(name === 'cifar-mlp', at);
  return openTable(readDataSet(name, at.data), at.models);
}

/** The same of a data set that was read before, and changed maybe. */
export function openTable(set: DataSet, models: number): BenchSubject {
  const { name } = set;
  const pool = poolOf({
    ...{ name, classes: set.classes, labels: set.labels, base: set.labels.length, baseSplit: 'train' },
    kinds: set.columns,
    values: set.columns.map(({ values }) => values),
  });
  const limits = { shadows: models, budgetSeconds: BUDGET_SECONDS, epochs: 'auto', maxRows: 1e6 };
  const request = { repository: 'bench', config: defaultConfig, limits } as unknown as EngineRequest;
  const { training, features } = prepareSubject(pool, name, `${name}.csv`, request, { nonce: 'bench' });
  return { pool, training: training!, blocks: features.blocks };
}

/** ResNet-20's last layer, or an MLP in its place, on what the layers before it make of images that they never saw. */
async function frozenFeatures(
  deep: boolean,
  at: { readonly data: string; readonly models: number; readonly threads: number; readonly runtime: Runtime },
): Promise<BenchSubject> {
  const images = await readCifar(at.data, IMAGES_EACH, at.threads);
  const bytes = readFileSync(join(at.data, 'models/onnx/resnet20_cifar10.onnx'));
  const opened = openModel(deep ? withMlpHead(bytes) : bytes, null, null);
  const { name } = opened.graph.inputs[0]!;
  const model = { ...opened, rows: { [name]: IMAGE } };
  const candidate = candidatesOf(model).find(({ layers }) => layers === (deep ? 2 : 1))!;
  const slice = makeModelSlice(model, candidate, { task: 'classification', outputs: images.classes.length });
  const size = IMAGE[0] * IMAGE[1] * IMAGE[2];
  const values = await runTrunk({
    ...{ graph: slice.trunk, domains: slice.domains, width: slice.width, runtime: at.runtime },
    inputs: [{ name, type: 'float32', row: IMAGE, read: (start, count) => images.pixels.slice(start * size, (start + count) * size) }],
    rows: images.labels.length,
  }); // biome-ignore format: one idea
  const pool = imagePool(images);
  const sizes = { task: 'classification', width: slice.width, classes: images.classes.length, trainingRows: images.labels.length } as const; // biome-ignore format: one idea
  const limits = { nonce: 'bench', membershipKey: 'bench', models: at.models, budgetSeconds: BUDGET_SECONDS, epochs: 'auto' } as const; // biome-ignore format: one idea
  const plan = makePlan(sizes, limits, () => slice);
  const subject = makeSubject(pool.rows, assignUnits(pool.rows, pool.groups, []), { values, width: slice.width }, 'classification'); // biome-ignore format: one idea
  return { pool, training: { subject, plan }, blocks: null };
}

/** A pool of images: only their labels stand in it. */
export function imagePool({ labels, classes }: CifarImages): BenchSubject['pool'] {
  const names = labels.map((_, index) => `${index}`);
  return poolOf({
    ...{ name: 'cifar', classes, labels, base: labels.length, baseSplit: 'train' },
    kinds: [{ name: 'image', kind: 'image' }],
    values: [names],
  });
}
