import type { Builder } from '../onnx/builder.ts';
import { spanOf, type Windows } from '../onnx/windows.ts';
import { type Shape, sizeOf } from '../tensor/shape.ts';

const padsOf = ({ begin, end }: Windows): number[] => [...begin, ...end];

/** Attributes of a convolution over these windows. */
export const convolving = (windows: Windows, group: number) => ({
  ...{ group, kernel_shape: windows.kernel, strides: windows.strides, dilations: windows.dilations },
  pads: padsOf(windows),
});

/**
 * Attributes of the transposed convolution that brings [.., output] back to [.., size]: what the last window did not
 * reach is padded, what it reached beyond the end is cut.
 */
export function transposing(windows: Windows, group: number) {
  const reached = windows.size.map((size, axis) => {
    const span = spanOf(windows.kernel[axis]!, windows.dilations[axis]!);
    return windows.strides[axis]! * (windows.output[axis]! - 1) + span - windows.begin[axis]! - size;
  });
  return {
    ...convolving(windows, group),
    pads: [...windows.begin, ...reached.map((beyond) => Math.max(0, beyond))],
    output_padding: reached.map((beyond) => Math.max(0, -beyond)),
  };
}

/** Kernels of more places than this are looked at by one convolution instead of by a product for each place. */
const MOST_PLACES = 32;

interface Sides {
  /** [N, G C, size] under the windows. */
  readonly wide: string;
  /** [N, G F, output]: what each window gives. */
  readonly narrow: string;
  readonly batch: number;
  /** Per group. */
  readonly channels: readonly [wide: number, narrow: number];
  readonly group: number;
  readonly windows: Windows;
}

/** Gradient with respect to kernels [G F, C, kernel]. */
export function kernelGradient(build: Builder, sides: Sides): string {
  const { kernel } = sides.windows;
  return sizeOf(kernel) <= MOST_PLACES ? byPlaces(build, sides) : byExchange(build, sides);
}

/** Splits the channels by groups, turns the leading axes, and joins what belongs together. */
function regrouped(
  build: Builder,
  name: string,
  at: { readonly split: Shape; readonly perm: readonly number[]; readonly joined: Shape },
): string {
  const split = build.add('Reshape', [name, build.ints(at.split)]);
  const turned = build.add('Transpose', [split], { perm: at.perm });
  return build.add('Reshape', [turned, build.ints(at.joined)]);
}

const range = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);

/**
 * For each place of the kernel a product of matrices, [F, N P] with [N P, C]: channels lie last, so that what a place
 * sees of the input is cut out without being turned.
 */
function byPlaces(build: Builder, { wide, narrow, batch, channels: [C, F], group: G, windows }: Sides): string {
  const { size, output, kernel, strides, dilations, begin } = windows;
  const rank = size.length;
  const places = batch * sizeOf(output);
  const answers = regrouped(build, narrow, {
    ...{ split: [batch, G, F, sizeOf(output)], perm: [1, 2, 0, 3], joined: [G, F, places] },
  });
  const split = build.add('Reshape', [wide, build.ints([batch, G, C, ...size])]);
  const rows = build.add('Transpose', [split], { perm: [1, 0, ...range(3, rank), 2] });
  const padded = build.add('Pad', [rows, build.ints([0, 0, ...begin, 0, 0, 0, ...paddingBehind(windows), 0])]);
  const axes = build.ints(range(2, rank));
  const products = placesOf(kernel).map((place) => {
    const starts = place.map((index, axis) => index * dilations[axis]!);
    const ends = starts.map((start, axis) => start + (output[axis]! - 1) * strides[axis]! + 1);
    const seen = build.add('Slice', [padded, build.ints(starts), build.ints(ends), axes, build.ints(strides)]);
    const matrix = build.add('Reshape', [seen, build.ints([G, places, C])]);
    return build.add('Unsqueeze', [build.add('MatMul', [answers, matrix]), build.ints([3])]);
  });
  return build.add('Reshape', [build.add('Concat', products, { axis: 3 }), build.ints([G * F, C, ...kernel])]);
}

/** Padding behind the input, along each axis, that the last window reaches. */
const paddingBehind = ({ size, kernel, dilations, output, strides, begin }: Windows): number[] =>
  size.map((length, axis) => {
    const reach = spanOf(kernel[axis]!, dilations[axis]!) + (output[axis]! - 1) * strides[axis]!;
    return Math.max(0, reach - length - begin[axis]!);
  });

/** All places of a kernel, the last axis fastest. */
const placesOf = (kernel: Shape): number[][] =>
  kernel.reduce<number[][]>(
    (places, count) => places.flatMap((place) => range(0, count).map((at) => [...place, at])),
    [[]],
  );

/** One convolution in which batch and channels have changed places, and stride and dilation. */
function byExchange(build: Builder, { wide, narrow, batch, channels: [C, F], group: G, windows }: Sides): string {
  const { size, output, kernel, strides, dilations, begin } = windows;
  const turned = (first: readonly number[], count: number) => [...first, ...range(3, count)];
  const rank = size.length;
  const data = regrouped(build, wide, {
    ...{ split: [batch, G, C, ...size], perm: turned([2, 1, 0], rank), joined: [C, G * batch, ...size] },
  });
  const filters = regrouped(build, narrow, {
    ...{ split: [batch, G, F, ...output], perm: turned([1, 2, 0], rank), joined: [G * F, batch, ...output] },
  });
  const made = build.add('Conv', [data, filters], {
    ...{
      group: G,
      kernel_shape: output,
      strides: dilations,
      dilations: strides,
      pads: [...begin, ...paddingBehind(windows)],
    },
  });
  // Where the last window ends before the input does, there is more than the kernel.
  const starts = kernel.map(() => 0);
  const cut = build.add('Slice', [made, build.ints(starts), build.ints(kernel), build.ints(range(2, rank))]);
  return regrouped(build, cut, {
    ...{ split: [C, G, F, ...kernel], perm: turned([1, 2, 0], rank), joined: [G * F, C, ...kernel] },
  });
}

/**
 * Gradient with respect to the input of a convolution: where windows move by one, a convolution with the kernels turned
 * around, which is faster than the transposed one that serves elsewhere.
 * @param kernels [G F, C, kernel].
 */
export function inputGradient(
  build: Builder,
  {
    gradient,
    kernels,
    channels: [C, F],
    group: G,
    windows,
  }: {
    readonly gradient: string;
    readonly kernels: string;
    readonly channels: readonly [wide: number, narrow: number];
    readonly group: number;
    readonly windows: Windows;
  },
): string {
  const { size, output, kernel, strides, dilations, begin } = windows;
  const spans = kernel.map((count, axis) => spanOf(count, dilations[axis]!));
  const before = spans.map((span, axis) => span - 1 - begin[axis]!);
  const behind = spans.map((span, axis) => size[axis]! - output[axis]! + span - 1 - before[axis]!);
  if (strides.some((stride) => stride !== 1) || [...before, ...behind].some((pad) => pad < 0))
    return build.add('ConvTranspose', [gradient, kernels], transposing(windows, G));
  const flat = build.add('Reshape', [kernels, build.ints([G, F, C, sizeOf(kernel)])]);
  const around = [[-1], [-sizeOf(kernel) - 1], [3], [-1]].map((list) => build.ints(list));
  const turned = build.add('Transpose', [build.add('Slice', [flat, ...around])], { perm: [0, 2, 1, 3] });
  const filters = build.add('Reshape', [turned, build.ints([G * C, F, ...kernel])]);
  const attributes = { ...convolving(windows, G), pads: [...before, ...behind] };
  return build.add('Conv', [gradient, filters], attributes);
}
