import { randomSequence } from '../../src/tensor/random.ts';
import { sizeOf } from '../../src/tensor/shape.ts';
import { coefficient, type LanguageSlice } from '../../src/training/language-slice.ts';
import { parametersOf } from '../../src/training/slice.ts';

export const tiny: LanguageSlice = {
  ...{ kind: 'language', task: 'classification', width: 5, near: 3, embedding: 4, hidden: 7 },
  ...{ grams: [2, 5], buckets: 11, recalled: 3, outputs: 9 },
};

/** Drawn weights [M, ...] of every parameter: no zeros, so that every part of the model counts. */
export function drawnWeights(slice: LanguageSlice, models: number): Record<string, Float32Array> {
  const random = randomSequence(31);
  return Object.fromEntries(
    parametersOf(slice).map(({ name, shape }) => [
      name,
      Float32Array.from({ length: models * sizeOf(shape) }, () => random.normal() / 2),
    ]),
  );
}

/** Log-probabilities [V] of what follows a window [k], by plain loops in double precision. */
export function logProbabilities(
  { width, near, embedding: E, hidden: H, outputs: V, grams, buckets, recalled: R }: LanguageSlice,
  weights: Readonly<Record<string, ArrayLike<number>>>,
  window: ArrayLike<number>,
): number[] {
  const logits = Array.from({ length: V }, (_, v) => weights.output_bias![v]!);
  for (let h = 0; h < H; h++) {
    let sum = weights.hidden_bias![h]!;
    for (let at = 0; at < near; at++)
      for (let e = 0; e < E; e++) {
        const token = window[width - near + at]!;
        sum += weights.embedding![token * E + e]! * weights.hidden_weight![(at * E + e) * H + h]!;
      }
    for (let v = 0; v < V; v++) logits[v]! += Math.max(0, sum) * weights.output_weight![h * V + v]!;
  }
  for (const gram of grams) {
    let hash = 0n;
    for (let back = 1; back <= gram; back++)
      hash += BigInt(window[width - back]! + 1) * BigInt(coefficient(gram, back));
    const bucket = Number((hash % BigInt(2 ** 31 - 1)) % BigInt(buckets));
    for (let r = 0; r < R; r++)
      for (let v = 0; v < V; v++) logits[v]! += weights.grams![bucket * R + r]! * weights.grams_weight![r * V + v]!;
  }
  const top = Math.max(...logits);
  const total = top + Math.log(logits.reduce((sum, z) => sum + Math.exp(z - top), 0));
  return logits.map((z) => z - total);
}
