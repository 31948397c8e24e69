import { tokensOf } from '../features/byte-tokens.ts';
import { windowsOf } from '../features/windows.ts';
import type { Runtime } from '../onnx/runtime.ts';
import { sharedFloats } from '../tensor/shared.ts';
import { scoreGroup, type TrainingSet } from './group.ts';
import { inLanes } from './lanes.ts';
import { groupStarts, type LanguageModels, someOf } from './language.ts';

/** Texts that may follow one beginning. */
export interface Span {
  readonly prefix: string;
  readonly texts: readonly string[];
}

/**
 * Log-likelihood (nats) of each text behind its beginning, by each model: one [M,S] array a span, of its S texts. Only
 * places of the texts are asked, of the beginning no more than fits the models' window.
 */
export async function spanScores(
  { slice, tokens, models, weights }: LanguageModels,
  spans: readonly Span[],
  runtime: Runtime,
): Promise<Float64Array[]> {
  const k = slice.width;
  const asked = spans.flatMap(({ prefix, texts }) => {
    const before = tokensOf(prefix, tokens).slice(-k);
    return texts.map((text) => ({
      before: before.length,
      all: Uint8Array.from([...before, ...tokensOf(text, tokens)]),
    }));
  });
  const { values, next, starts } = windowsOf(
    asked.map(({ all }) => all),
    k,
  );
  const places = asked.flatMap(({ before, all }, text) =>
    Array.from({ length: all.length - before }, (_, at) => starts[text]! + before + at),
  );
  const N = places.length;
  const features = sharedFloats(N * k);
  places.forEach((from, row) => {
    features.set(values.subarray(from * k, (from + 1) * k), row * k);
  });
  const labels = Float64Array.from(places, (from) => next[from]!);
  const set: TrainingSet = { features, width: k, labels, rowKeys: new Uint32Array(N) };
  const phi = new Float32Array(models * N);
  await inLanes(groupStarts(models, slice, runtime), runtime.lanes, async ({ first, count }) => {
    const into = { phi: phi.subarray(first * N, (first + count) * N), right: new Uint8Array(count * N) };
    await scoreGroup({ set, slice, runtime, weights: someOf(weights, models, first, count), models: count }, into);
  });
  let [text, row] = [0, 0];
  return spans.map(({ texts }) => {
    const scores = new Float64Array(models * texts.length);
    for (let at = 0; at < texts.length; at++, text++) {
      const { before, all } = asked[text]!;
      const end = row + all.length - before;
      for (let model = 0; model < models; model++)
        for (let place = row; place < end; place++)
          scores[model * texts.length + at]! -= softplus(-phi[model * N + place]!);
      row = end;
    }
    return scores;
  });
}

/** phi = log p - log(1 - p), so log p = -log(1 + e^-phi). */
const softplus = (x: number) => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)));
