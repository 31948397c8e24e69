import { loadOnnxruntime, makeRuntime } from '../../src/adapters/onnxruntime.ts';
import { placeInCloud } from '../../src/stats/cloud.ts';
import { clopperPearson } from '../../src/stats/interval.ts';
import { leanings } from '../../src/stats/leaning.ts';
import { hash32, permutation, randomSequence } from '../../src/tensor/random.ts';
import { scoreGroup, type TrainingSet, trainGroup, type Weights } from '../../src/training/group.ts';
import { inputGradients } from '../../src/training/input-gradients.ts';
import { makePlan } from '../../src/training/plan.ts';
import { type DataSet, readDataSet } from './data-sets.ts';

/** Rows that are declared, that only serve to compare functions on, and that are hidden from the declaration. */
const [DECLARED, PROBES, HIDDEN, OTHER] = [1000, 500, 20, 300];
const HEADS = 99;
const GROUP = 4;
/** Rows at which input gradients are taken; a review spreads as many over its rows. */
const GRADIENT_ROWS = 64;
/** Columns that a shortcut sets. */
const SHORTCUT = 8;

/** Submitted heads of one seed: how many of each kind. */
const KINDS = { honest: 20, 'hidden wrong labels': 4, 'hidden shortcut': 4, 'fine-tuned on other data': 4 } as const;
type Kind = keyof typeof KINDS;

/**
 * `rederivable` on planted cases: heads trained on the declared rows alone; on 2% hidden rows with wrong labels beside
 * them, or with a shortcut; and fine-tuned on other rows. Each is placed in a cloud of 99 retrained heads, as the check
 * places it.
 */
export async function benchRederivable(folder: string, seeds: readonly number[], threads: number): Promise<string> {
  const data = readDataSet('location30', folder);
  const counts = Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, { outside: 0, all: 0 }])) as Record<Kind, { outside: number; all: number }>; // biome-ignore format: one idea
  for (const seed of seeds)
    for (const [kind, outside] of await oneSeed(data, seed, threads)) {
      counts[kind].all++;
      if (outside) counts[kind].outside++;
    }
  const lines = Object.entries(counts).map(([kind, { outside, all }]) => {
    const { low, high } = clopperPearson(outside, all);
    return `| ${kind} | ${outside} of ${all} = ${((100 * outside) / all).toFixed(1)}% [${(100 * low).toFixed(1)}, ${(100 * high).toFixed(1)}] |`;
  });
  return ['| submitted head | outside of 99 retrained ones |', '| :- | :- |', ...lines].join('\n');
}

async function oneSeed(data: DataSet, seed: number, threads: number): Promise<(readonly [Kind, boolean])[]> {
  const { set, order } = rowsOf(data, seed);
  const classes = data.classes.length;
  const sizes = { task: 'classification', width: set.width, classes, trainingRows: 2 * DECLARED } as const;
  const { slice, recipe } = makePlan(sizes, { nonce: '', membershipKey: '', models: HEADS, budgetSeconds: 300, epochs: 'auto' }); // biome-ignore format: one idea
  const runtime = makeRuntime(loadOnnxruntime(), { threads, kind: 'native' });
  const declared = (row: number) => row < DECLARED;
  const asked = Array.from({ length: GRADIENT_ROWS }, (_, row) => row);
  const train = async (
    count: number,
    stream: number,
    isIn: (model: number, row: number) => boolean,
    start?: Weights,
    epochs = recipe.epochs,
  ) => {
    const N = set.rowKeys.length;
    const all: { weights: Weights; phi: Float32Array; gradients: Float32Array }[] = [];
    for (let first = 0; first < count; first += GROUP) {
      const models = Math.min(GROUP, count - first);
      const modelKeys = Array.from({ length: models }, (_, at) => hash32(seed, stream, first + at));
      const inside = Uint8Array.from({ length: models * N }, (_, cell) => Number(isIn(first + Math.floor(cell / N), cell % N))); // biome-ignore format: one idea
      const weights = await trainGroup({ set, slice, recipe: { ...recipe, epochs }, runtime, modelKeys, inside, ...(start ? { start } : {}) }, () => {}); // biome-ignore format: one idea
      const phi = new Float32Array(models * N);
      await scoreGroup({ set, slice, runtime, weights, models }, { phi, right: new Uint8Array(models * N) });
      const { values } = await inputGradients({ set, slice, runtime, weights, models, rows: asked });
      const size = slice.outputs * slice.width;
      for (let at = 0; at < models; at++)
        all.push({
          weights,
          phi: phi.slice(at * N, at * N + DECLARED + PROBES),
          gradients: values.subarray(at * size, (at + 1) * size),
        });
    }
    return all;
  };
  const hiddenOf = (block: number) => (model: number, row: number) => {
    const from = order.hidden + (block * KINDS['hidden shortcut'] + model) * HIDDEN;
    return declared(row) || (row >= from && row < from + HIDDEN);
  };
  const cloud = await train(HEADS, 1, (_, row) => declared(row));
  const honest = await train(KINDS.honest, 2, (_, row) => declared(row));
  const wrong = await train(KINDS['hidden wrong labels'], 3, hiddenOf(0));
  const shortcut = await train(KINDS['hidden shortcut'], 4, hiddenOf(1));
  const isOther = (model: number, row: number) => row >= order.other + model * OTHER && row < order.other + (model + 1) * OTHER; // biome-ignore format: one idea
  const [first] = await train(GROUP, 5, (_, row) => declared(row));
  const tuned = await train(
    KINDS['fine-tuned on other data'],
    6,
    isOther,
    first!.weights,
    Math.ceil(recipe.epochs / 6),
  );
  const columns = { values: set.features.subarray(0, (DECLARED + PROBES) * set.width), width: set.width };
  const place = (kind: Kind, heads: typeof honest) =>
    heads.map((head) => {
      const all = [head, ...cloud];
      const { measures } = leanings(all.map(({ gradients }) => gradients), classes); // biome-ignore format: one idea
      const { p } = placeInCloud(all.map(({ phi }) => phi), { columns, more: measures }); // biome-ignore format: one idea
      return [kind, p * (HEADS + 1) < 1.5] as const;
    });
  return [
    ...place('honest', honest),
    ...place('hidden wrong labels', wrong),
    ...place('hidden shortcut', shortcut),
    ...place('fine-tuned on other data', tuned),
  ];
}

/** Declared rows, probes, hidden rows (wrong labels, then shortcuts) and other rows, in this order. */
function rowsOf(data: DataSet, seed: number): { set: TrainingSet; order: { hidden: number; other: number } } {
  const random = randomSequence(hash32(seed, 7));
  const width = data.columns.length;
  const classes = data.classes.length;
  const drawn = permutation(seed, data.labels.length);
  const wrongRows = KINDS['hidden wrong labels'] * HIDDEN;
  const shortcutRows = KINDS['hidden shortcut'] * HIDDEN;
  const hidden = DECLARED + PROBES;
  const other = hidden + wrongRows + shortcutRows;
  const N = other + KINDS['fine-tuned on other data'] * OTHER;
  const features = new Float32Array(N * width);
  const labels = new Float64Array(N);
  const marked = Array.from({ length: SHORTCUT }, () => random.below(width));
  for (let row = 0; row < N; row++) {
    const from = drawn[row]!;
    data.columns.forEach(({ values }, column) => {
      features[row * width + column] = Number(values[from]);
    });
    labels[row] = data.labels[from]!;
    if (row >= hidden && row < hidden + wrongRows)
      labels[row] = (labels[row]! + 1 + random.below(classes - 1)) % classes;
    if (row < hidden + wrongRows || row >= other) continue;
    for (const column of marked) features[row * width + column] = 1;
    labels[row] = 0;
  }
  const rowKeys = Uint32Array.from({ length: N }, (_, row) => hash32(seed, row, 11));
  return { set: { features, width, labels, rowKeys }, order: { hidden, other } };
}
