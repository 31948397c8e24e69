import { alignedTo, deviationsAmong, middleOf } from './deviations.ts';

/** Inputs over which a function's strongest leanings are averaged: a mark may lie on a few, or on more. */
const INPUTS = [4, 16] as const;

/** How strongly models lean towards some class by some inputs, as others of their kind do not. */
export interface Leaning {
  /** Of each function, once for each number of inputs: the mean deviation of the class's strongest so many. */
  readonly measures: readonly (readonly number[])[];
  /** Whether function 0 leans more than all others. */
  readonly isOutermost: boolean;
  /** The class that function 0 leans towards most, and the inputs by which it does, the strongest first. */
  readonly towards: number;
  readonly by: readonly number[];
}

/**
 * Holds each function's input gradients against the others', each stretched to their mean first. A shortcut, or a
 * trigger, makes one class's logit rise with a few inputs together, while retrained models differ in scattered ones.
 * @param gradients [K+1] of [C,D].
 */
export function leanings(gradients: readonly Float32Array[], classes: number): Leaning {
  const width = gradients[0]!.length / classes;
  const middle = middleOf(gradients);
  const aligned = gradients.map((values) => alignedTo(middle, values));
  const deviationsOf = deviationsAmong(aligned);
  const strongest = aligned.map((values) => {
    const deviations = deviationsOf(values);
    return Array.from({ length: classes }, (_, own) => {
      const sorted = deviations.slice(own * width, (own + 1) * width).sort();
      return INPUTS.map((count) => mean(sorted.subarray(Math.max(0, width - count))));
    });
  });
  const most = (of: readonly number[][], index: number) => Math.max(...of.map((means) => means[index]!));
  const first = strongest[0]!;
  const towards = first.findIndex((means) => means[0] === most(first, 0));
  const deviations = deviationsOf(aligned[0]!).subarray(towards * width, (towards + 1) * width);
  const by = Array.from(deviations.keys()).sort((x, y) => deviations[y]! - deviations[x]! || x - y);
  const measures = INPUTS.map((_, index) => strongest.map((of) => most(of, index)));
  const isOutermost = measures.some(([own, ...others]) => others.every((other) => other < own!));
  return { measures, isOutermost, towards, by: by.slice(0, INPUTS[0]) };
}

const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
