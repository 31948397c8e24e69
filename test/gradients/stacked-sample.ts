import type { Sample } from '../../src/gradients/rule.ts';
import type { SliceOp } from '../../src/onnx/schema.ts';

/**
 * The sample with a leading axis of M models on every drawn input, as slices are stacked; axes, permutations and
 * target shapes move along.
 */
export function stackedSample(op: SliceOp, sample: Sample, models: number): Sample {
  const isDrawn = (index: number) => !sample.ints?.[index] && !sample.fixed?.[index];
  const drawn = sample.shapes.filter((_, index) => isDrawn(index));
  const rank = Math.max(...drawn.map((shape) => shape.length));
  const shapes = sample.shapes.map((shape, index) =>
    isDrawn(index) ? [models, ...new Array<number>(rank - shape.length).fill(1), ...shape] : [...shape],
  );
  const shifted = (axes: readonly number[]) => axes.map((axis) => (axis < 0 ? axis : axis + 1));
  const { attributes = {} } = sample;
  if (op === 'Transpose') {
    const perm = (attributes.perm as number[] | undefined) ?? drawn[0]!.map((_, axis) => rank - 1 - axis);
    return { ...sample, shapes, attributes: { perm: [0, ...shifted(perm)] } };
  }
  if (op === 'Reshape') {
    const target = [models, ...sample.ints![1]!];
    return { ...sample, shapes: [shapes[0]!, [target.length]], ints: { 1: target } };
  }
  if (op === 'ReduceSum' || op === 'ReduceMean') {
    const axes = shifted(sample.ints?.[1] ?? drawn[0]!.map((_, axis) => axis));
    return { ...sample, shapes: [shapes[0]!, [axes.length]], ints: { 1: axes } };
  }
  if (typeof attributes.axis === 'number')
    return { ...sample, shapes, attributes: { ...attributes, axis: shifted([attributes.axis])[0]! } };
  return { ...sample, shapes };
}
