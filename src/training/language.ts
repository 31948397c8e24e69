import { type ByteTokens, tokensOf } from '../features/byte-tokens.ts';
import { type Windows, windowsOf } from '../features/windows.ts';
import type { Runtime } from '../onnx/runtime.ts';
import { hash32 } from '../tensor/random.ts';
import { sizeOf } from '../tensor/shape.ts';
import { trainEnsemble } from './ensemble.ts';
import { scoreGroup, type TrainingSet, type Weights } from './group.ts';
import { groupSize } from './groups.ts';
import { inLanes } from './lanes.ts';
import type { LanguageSlice } from './language-slice.ts';
import type { Recipe } from './recipe.ts';
import { parametersOf } from './slice.ts';

/** M language models of one ensemble. */
export interface LanguageModels {
  readonly slice: LanguageSlice;
  readonly tokens: ByteTokens;
  readonly models: number;
  readonly weights: Weights;
}

/** What M models say of N texts. */
export interface TextScores {
  /** [M,N] log-likelihood of the whole text, nats. */
  readonly logLikelihood: Float64Array;
  /** [N] tokens that each text was asked for. */
  readonly lengths: Int32Array;
}

export interface LanguageOrder {
  readonly texts: readonly string[];
  /** [M,N]: 1 where the text trains the model. */
  readonly inside: Uint8Array;
  readonly models: number;
  /** [N] keys of the texts: with equal keys and seeds two ensembles share initial weights and batch order. */
  readonly keys: Uint32Array;
  readonly seed: number;
  readonly slice: LanguageSlice;
  readonly tokens: ByteTokens;
  readonly recipe: Recipe;
  readonly runtime: Runtime;
}

/** Trains M language models, each on the texts that its bits name, and asks each about every text. */
export async function trainLanguage(
  order: LanguageOrder,
  progress: (share: number) => void = () => {},
): Promise<LanguageModels & TextScores> {
  const { texts, slice, tokens, recipe, runtime, models, seed } = order;
  const windows = windowsOf(
    texts.map((text) => tokensOf(text, tokens)),
    slice.width,
    { ends: true },
  );
  const N = windows.next.length;
  const inside = new Uint8Array(models * N);
  const rowKeys = new Uint32Array(N);
  for (let text = 0; text < texts.length; text++) {
    const [from, to] = [windows.starts[text]!, windows.starts[text + 1]!];
    for (let row = from; row < to; row++) rowKeys[row] = hash32(order.keys[text]!, row - from, 0x7e87);
    for (let model = 0; model < models; model++)
      inside.fill(order.inside[model * texts.length + text]!, model * N + from, model * N + to);
  }
  const weights = Object.fromEntries(
    parametersOf(slice).map(({ name, shape }) => [name, new Float32Array(models * sizeOf(shape))]),
  );
  const keep = async (group: Weights, { first, models: count }: { first: number; models: number }) => {
    for (const [name, values] of Object.entries(group)) weights[name]!.set(values, (first * values.length) / count);
  };
  const set: TrainingSet = { features: windows.values, width: slice.width, labels: windows.next, rowKeys };
  const ensemble = { name: 'with', models, inside, seed } as const;
  const { phi } = await trainEnsemble({ set, slice, recipe, runtime, order: ensemble, each: keep }, progress);
  return { slice, tokens, models, weights, ...totals(phi, windows, models) };
}

/** Asks M language models about texts that they need not know. */
export async function scoreTexts(
  { slice, tokens, models, weights }: LanguageModels,
  texts: readonly string[],
  runtime: Runtime,
): Promise<TextScores> {
  const windows = windowsOf(
    texts.map((text) => tokensOf(text, tokens)),
    slice.width,
    { ends: true },
  );
  const N = windows.next.length;
  const set = { features: windows.values, width: slice.width, labels: windows.next, rowKeys: new Uint32Array(N) };
  const phi = new Float32Array(models * N);
  await inLanes(groupStarts(models, slice, runtime), runtime.lanes, async ({ first, count }) => {
    const cells = [first * N, (first + count) * N] as const;
    const into = { phi: phi.subarray(...cells), right: new Uint8Array(count * N) };
    await scoreGroup({ set, slice, runtime, weights: someOf(weights, models, first, count), models: count }, into);
  });
  return totals(phi, windows, models);
}

/** Models that are asked together. */
export function groupStarts(models: number, slice: LanguageSlice, runtime: Runtime) {
  const size = groupSize(slice, 0, runtime.group);
  return Array.from({ length: Math.ceil(models / size) }, (_, group) => {
    const first = group * size;
    return { first, count: Math.min(size, models - first) };
  });
}

/** The weights of `count` models from the number `first` on. */
export function someOf(weights: Weights, models: number, first: number, count: number): Weights {
  return Object.fromEntries(
    Object.entries(weights).map(([name, all]) => {
      const size = all.length / models;
      return [name, all.subarray(first * size, (first + count) * size)];
    }),
  );
}

/** Sums over the places of each text; phi = log p - log(1 - p), so log p = -log(1 + e^-phi). */
function totals(phi: Float32Array, { starts, next }: Windows, models: number): TextScores {
  const texts = starts.length - 1;
  const logLikelihood = new Float64Array(models * texts);
  for (let model = 0; model < models; model++)
    for (let text = 0; text < texts; text++) {
      let sum = 0;
      for (let row = starts[text]!; row < starts[text + 1]!; row++) sum -= softplus(-phi[model * next.length + row]!);
      logLikelihood[model * texts + text] = sum;
    }
  return { logLikelihood, lengths: Int32Array.from({ length: texts }, (_, text) => starts[text + 1]! - starts[text]!) };
}

const softplus = (x: number) => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)));
