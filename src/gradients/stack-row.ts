import type { Builder } from '../onnx/builder.ts';
import type { Node } from '../onnx/graph.ts';
import type { Known } from '../onnx/shape-rule.ts';
import type { Shape } from '../tensor/shape.ts';

/** An input of a node that is to run for M models at once. */
export interface StackedInput {
  readonly name: string;
  /** Whether the value has a leading axis of M. */
  readonly stacked: boolean;
  /** Shape for one model. */
  readonly shape: Shape;
}

/** Where a row stands: the inputs of the node, what is known of it for one model, and a builder for what else is needed. */
export interface Stacking {
  readonly build: Builder;
  readonly models: number;
  readonly inputs: readonly StackedInput[];
  /** Shape for one model of the n-th output. */
  shape(output: number): Shape;
  /** The node for one model, as a shape rule sees it. */
  readonly known: Known;
}

/**
 * The node as it runs for M models: its inputs with a leading axis M where they are stacked, its outputs all with it.
 * At least one input is stacked. Nodes before it are added to the builder.
 */
export type StackRow = (at: Stacking) => Pick<Node, 'op' | 'inputs' | 'attributes'>;

/** The input with its axes behind M moved to the end of `rank` axes; one that is not stacked broadcasts as it is. */
export function aligned({ build, models }: Stacking, { name, stacked, shape }: StackedInput, rank: number): string {
  if (!stacked || shape.length >= rank) return name;
  return build.add('Reshape', [name, build.ints([models, ...Array(rank - shape.length).fill(1), ...shape])]);
}

/** The input with a leading axis M, copied there if it has none. */
export function copied({ build, models }: Stacking, { name, stacked, shape }: StackedInput): string {
  return stacked ? name : build.add('Expand', [name, build.ints([models, ...shape])]);
}

/** Behind the axis of M. Axes counted from the end stay. */
export const behind = (axis: number): number => (axis < 0 ? axis : axis + 1);
