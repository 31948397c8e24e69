import { type Check, defaultOptions } from '../checks/check.ts';
import { isAboutFiles } from '../checks/ids.ts';
import type { Config, DataConfig, Gate, ModelConfig } from './config.ts';
import { defaultConfig } from './defaults.ts';
import type { ConfigFile } from './schema.ts';
import { quote } from './yaml-tree.ts';

type DataFile = NonNullable<ConfigFile['data']>[number];
type ModelFile = NonNullable<ConfigFile['models']>[number];
type GatesFile = NonNullable<ConfigFile['gates']>;

/** The configuration with its defaults, from a file that fits the schema. */
export function assemble(file: ConfigFile): Config {
  const data = file.data ?? [];
  return {
    data: data.map(dataOf),
    models: (file.models ?? []).map(modelOf),
    shadows: {
      models: file.shadows?.models ?? defaultConfig.shadows.models,
      budgetSeconds: file.shadows?.budget ?? defaultConfig.shadows.budgetSeconds,
      epochs: file.shadows?.epochs ?? defaultConfig.shadows.epochs,
      maxRows: file.shadows?.max_rows ?? defaultConfig.shadows.maxRows,
    },
    checks: (file.checks ?? {}) as Config['checks'],
    gates: [...gatesOf(file.gates, null), ...data.flatMap((each) => gatesOf(each.gates, nameOf(each)))],
    onUnknown: file['on-unknown'] ?? defaultConfig.onUnknown,
    onInfrastructure: file['on-infrastructure'] ?? defaultConfig.onInfrastructure,
    ignore: (file.ignore ?? []).map(({ check, rows, reason, until }) => ({
      check,
      rows: rows ?? [],
      reason,
      until: until ?? null,
    })),
    comment: file.comment ?? defaultConfig.comment,
    samples: file.report?.samples ?? defaultConfig.samples,
  };
}

function nameOf(data: DataFile): string {
  if (data.name !== undefined) return data.name;
  const file = data.path.split('/').at(-1) ?? data.path;
  return file.replace(/(?<=.)\.[^.]*$/, '').slice(0, 200);
}

function dataOf(data: DataFile): DataConfig {
  return {
    name: nameOf(data),
    path: data.path,
    label: data.label ?? null,
    classes: data.classes ?? null,
    id: data.id ?? null,
    group: data.group ?? null,
    exclude: data.exclude ?? [],
    text: data.text ?? [],
    image: data.image ?? null,
    sensitive: data.sensitive ?? [],
    holdout: data.holdout ?? null,
  };
}

function modelOf(model: ModelFile): ModelConfig {
  const { slice = 'auto', output, preprocess } = model;
  return {
    path: model.path,
    data: model.data ?? null,
    slice: slice === 'auto' ? 'auto' : slice.last !== undefined ? `last:${slice.last}` : `from:${slice.from}`,
    inputs: model.inputs ?? {},
    output:
      output === undefined
        ? null
        : typeof output === 'string'
          ? { name: output, kind: null }
          : { name: output.name, kind: output.kind ?? null },
    preprocess: preprocess
      ? { mean: preprocess.mean ?? null, std: preprocess.std ?? null, layout: preprocess.layout ?? null }
      : null,
    tokenizer: model.tokenizer ?? null,
  };
}

function gatesOf(gates: GatesFile | undefined, data: string | null): Gate[] {
  return Object.entries(gates ?? {}).flatMap(([check, gate]) => {
    if (gate === undefined) return [];
    const limits = gate === 'fail' ? {} : gate;
    return [
      {
        check,
        data,
        max: limits.max ?? null,
        maxIncrease: limits.max_increase ?? null,
        maxRows: limits.max_rows ?? null,
      },
    ];
  });
}

/** What names columns, which a folder per class has not. */
const COLUMN_KEYS = ['label', 'id', 'group', 'exclude', 'text', 'sensitive'] as const;

interface CrossProblem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What no single value shows: names that meet nothing or meet twice, and gates that could never judge. */
export function crossCheck(file: ConfigFile, config: Config, checks: readonly Check[]): CrossProblem[] {
  const problems: CrossProblem[] = [];
  const names = new Set<string>();
  for (const [index, { name }] of config.data.entries()) {
    if (names.has(name)) problems.push({ path: ['data', index], message: `two data sets are named ${quote(name)}` });
    names.add(name);
  }
  for (const [index, data] of (file.data ?? []).entries())
    for (const key of data.image === 'folder' ? COLUMN_KEYS : [])
      if (data[key] !== undefined)
        problems.push({
          path: ['data', index, key],
          message: `with "image: folder" there are no columns: remove ${key} (the label is the folder's name, the id the path)`,
        });
  for (const [index, { data }] of config.models.entries())
    if (data !== null && !names.has(data))
      problems.push({ path: ['models', index, 'data'], message: `no data set is named ${quote(data)}` });
  const sections: [readonly PropertyKey[], GatesFile | undefined][] = [
    [['gates'], file.gates],
    ...(file.data ?? []).map((data, index) => [['data', index, 'gates'], data.gates] as [PropertyKey[], GatesFile]),
  ];
  for (const [path, gates] of sections)
    for (const [id, gate] of Object.entries(gates ?? {}))
      problems.push(...gateProblems(id, gate, config, checks).map((message) => ({ path: [...path, id], message })));
  for (const [index, { gates }] of (file.data ?? []).entries())
    for (const id of Object.keys(gates ?? {}).filter((each) => isAboutFiles(each))) {
      const message = `${id} judges files of weights, not data sets; put its gate under the "gates" at the top`;
      problems.push({ path: ['data', index, 'gates', id], message });
    }
  const columns = new Set(['id', ...config.data.flatMap((data) => data.id ?? [])]);
  for (const [index, { rows }] of config.ignore.entries())
    for (const [at, row] of rows.entries()) {
      const column = row.slice(0, Math.max(0, row.indexOf('=')));
      if (columns.has(column)) continue;
      const message = `expected "id=VALUE" or "COLUMN=VALUE" with the id column of a data set, received ${quote(row)}`;
      problems.push({ path: ['ignore', index, 'rows', at], message });
    }
  return problems;
}

function gateProblems(id: string, gate: GatesFile[string], config: Config, checks: readonly Check[]): string[] {
  const problems: string[] = [];
  if (config.checks[id] === 'off') problems.push(`${id} is gated here, but off under "checks"; remove one of the two`);
  const limits = gate === undefined || gate === 'fail' ? {} : gate;
  const check = checks.find((each) => each.id === id);
  const own = config.checks[id];
  const silent = own === 'off' ? null : check?.silent?.({ ...defaultOptions(check.options), ...own });
  if (silent) problems.push(`${id} is gated here, but ${silent}`);
  const metric = check?.gateMetric ?? null;
  const aboutFiles = isAboutFiles(id);
  for (const limit of ['max', 'max_increase'] as const)
    if (limits[limit] !== undefined && metric === null)
      problems.push(
        `${id} has no figure that "${limit}" could limit; use "fail"${aboutFiles ? '' : ' or {max_rows: N}'}`,
      );
  if (limits.max_rows !== undefined && aboutFiles)
    problems.push(`${id} names no rows; use "fail"${metric === null ? '' : ' or {max: N}'}`);
  return problems;
}
