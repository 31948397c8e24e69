import type { Builder } from '../onnx/builder.ts';
import type { Attribute, Node, Tensor } from '../onnx/graph.ts';
import type { SliceOp } from '../onnx/schema.ts';
import type { Known } from '../onnx/shape-rule.ts';
import { type Shape, sizeOf } from '../tensor/shape.ts';

/** Where a formula stands: the node's values by name, their shapes, and a builder to write with. */
export interface Backprop {
  readonly build: Builder;
  readonly inputs: readonly string[];
  readonly output: string;
  /** Gradient of the loss with respect to the node's output; same shape as the output. */
  readonly gradient: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
  shape(name: string): Shape;
  /** What a shape rule of the node sees: the node itself, and the integers of its constant inputs. */
  readonly known: Known;
  /** Gradient with respect to the n-th output: zeros where none flows. */
  gradientOf(output: number): string;
}

/** Writes the gradient with respect to one input (of that input's shape) and returns its name. */
export type Formula = (at: Backprop) => string;

/** `constant`: no gradient flows, rightly. `refused`: it would, and must not be asked for. */
export type InputRule = Formula | 'constant' | { readonly refused: string };

/** Input shapes, attributes and a range to draw inputs from; formulas are compared with central differences there. */
export interface Sample {
  readonly shapes: readonly Shape[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Inputs that are integer constants (axes, a target shape) instead of drawn. */
  readonly ints?: Readonly<Record<number, readonly number[]>>;
  /** Inputs that are constants of another type, of the shape that stands in `shapes`. */
  readonly fixed?: Readonly<Record<number, Pick<Tensor, 'type' | 'data'>>>;
  readonly range?: readonly [number, number];
  /** How many outputs the node has; one unless said. */
  readonly outputs?: number;
}

/** Forms of an operator through which no gradient is passed, though it would flow. */
export interface Limit {
  readonly reason: string;
  applies(node: Node): boolean;
}

/** One row of the table: how the gradient passes backwards through an operator. */
export interface Rule {
  readonly op: SliceOp;
  readonly opset: readonly [since: number, until: number];
  /** Forward values that the formulas read: they must be kept until the backward pass. */
  readonly keeps: readonly ('inputs' | 'output')[];
  /** By place; or the formula of each input, where the operator takes any number. */
  readonly inputs: readonly InputRule[] | { readonly each: (index: number) => Formula };
  readonly samples: readonly Sample[];
  readonly limit?: Limit;
}

/** The rule of a node's n-th input; undefined where the operator has no such input. */
export function inputRule({ inputs }: Rule, index: number): InputRule | undefined {
  return 'each' in inputs ? inputs.each(index) : inputs[index];
}

/** Sums a gradient over the axes along which an input of shape `target` was broadcast to `from`. */
export function sumTo(build: Builder, gradient: string, from: Shape, target: Shape): string {
  const lead = from.length - target.length;
  const axes = from.flatMap((size, axis) => (axis < lead || (target[axis - lead] === 1 && size !== 1) ? [axis] : []));
  if (axes.length === 0) return gradient;
  const summed = build.add('ReduceSum', [gradient, build.ints(axes)], { keepdims: 1 });
  return lead === 0
    ? summed
    : build.add('Reshape', [summed, build.ints(sizeOf(target) === 1 && target.length === 0 ? [] : target)]);
}
