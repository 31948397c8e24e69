import { backward } from '../gradients/backward.ts';
import { type Builder, makeBuilder } from '../onnx/builder.ts';
import { float32 } from '../onnx/graph.ts';
import { objectives } from './objectives.ts';
import { affineLayers, type BuiltInSlice, parameterValues } from './slice.ts';

/** Nodes that give the norm [M,B,1] of each row's own gradient, all parameters together; the row's weight counts as one. */
export interface RowNorms {
  readonly build: Builder;
  readonly norms: string;
}

/**
 * Norms of rows' gradients without any of them being written out: of an affine layer it is the outer product of the layer's
 * input a and its error delta, of squared norm |delta|^2 (|a|^2 + 1) with the bias, and layers add up (Goodfellow
 * 2015, arXiv 1510.01799; ghost clipping: Li et al. 2022, arXiv 2110.05679, section 4).
 * Reads batch_features [M,B,D], batch_targets [M,B,C] and the parameters.
 */
export function affineNorms(slice: BuiltInSlice, { models, batch }: { models: number; batch: number }): RowNorms {
  const build = makeBuilder('c_');
  const layers = affineLayers(build, slice, 'batch_features');
  const ones = build.constant(float32('c_ones', [models, batch, 1], new Float32Array(models * batch).fill(1)));
  const loss = objectives[slice.task].loss(build, {
    ...{ outputs: layers.at(-1)!.output, targets: 'batch_targets', weights: ones },
    // The loss is divided by its batch: each row's own is asked for here.
    ...{ models, batch: 1, classes: slice.outputs, tokens: 1 },
  });
  const value = (name: string, width: number) => ({ name, type: 'float32', shape: [models, batch, width] }) as const;
  const inputs = [
    value('batch_features', slice.width),
    value('batch_targets', slice.outputs),
    ...parameterValues(slice, models),
  ];
  const { build: full, gradients } = backward(build.graph('rows', inputs, []), {
    ...{ loss, wrt: layers.map(({ output }) => output), prefix: 'e_' },
  });
  const square = (name: string) => full.add('ReduceSumSquare', [name, full.ints([-1])], { keepdims: 1 });
  const squares = layers.map(({ input }, layer) =>
    full.add('Mul', [square(gradients[layer]!), full.add('Add', [square(input), full.scalar(1)])]),
  );
  return { build: full, norms: full.add('Sqrt', [squares.reduce((sum, one) => full.add('Add', [sum, one]))]) };
}
