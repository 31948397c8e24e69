import type { Builder } from '../onnx/builder.ts';
import { spanOf, type Windows } from '../onnx/windows.ts';
import type { Shape } from '../tensor/shape.ts';

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

/** Exchanges two of the leading axes behind splitting one of them by groups; the spatial axes stay. */
function regrouped(
  build: Builder,
  name: string,
  at: { readonly split: Shape; readonly perm: readonly number[]; readonly joined: Shape; readonly spatial: Shape },
): string {
  const rank = at.perm.length;
  const perm = [...at.perm, ...at.spatial.map((_, axis) => rank + axis)];
  const split = build.add('Reshape', [name, build.ints([...at.split, ...at.spatial])]);
  const turned = build.add('Transpose', [split], { perm });
  return build.add('Reshape', [turned, build.ints([...at.joined, ...at.spatial])]);
}

/**
 * Gradient with respect to kernels: a convolution in which batch and channels have changed places, and stride and
 * dilation. `wide` [N, G C, size] lies under the windows, `narrow` [N, G F, output] is what each gives; [G F, C, kernel].
 */
export function kernelGradient(
  build: Builder,
  {
    wide,
    narrow,
    batch,
    channels: [C, F],
    group: G,
    windows,
  }: {
    readonly wide: string;
    readonly narrow: string;
    readonly batch: number;
    /** Per group. */
    readonly channels: readonly [wide: number, narrow: number];
    readonly group: number;
    readonly windows: Windows;
  },
): string {
  const { size, output, kernel, strides, dilations, begin } = windows;
  const data = regrouped(build, wide, {
    ...{ split: [batch, G, C], perm: [2, 1, 0], joined: [C, G * batch], spatial: size },
  });
  const filters = regrouped(build, narrow, {
    ...{ split: [batch, G, F], perm: [1, 2, 0], joined: [G * F, batch], spatial: output },
  });
  const end = size.map((length, axis) => {
    const reach = (kernel[axis]! - 1) * dilations[axis]! + (output[axis]! - 1) * strides[axis]! + 1;
    return Math.max(0, reach - length - begin[axis]!);
  });
  const made = build.add('Conv', [data, filters], {
    ...{ group: G, kernel_shape: output, strides: dilations, dilations: strides, pads: [...begin, ...end] },
  });
  // Where the last window ends before the input does, there is more than the kernel.
  const axes = kernel.map((_, axis) => axis + 2);
  const starts = kernel.map(() => 0);
  const cut = build.add('Slice', [made, build.ints(starts), build.ints(kernel), build.ints(axes)]);
  return regrouped(build, cut, {
    ...{ split: [C, G, F], perm: [1, 2, 0], joined: [G * F, C], spatial: kernel },
  });
}
