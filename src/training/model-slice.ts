import { openParameters } from '../gradients/open-parameters.ts';
import { stack } from '../gradients/stack.ts';
import type { Builder } from '../onnx/builder.ts';
import { codeOf } from '../onnx/data-types.ts';
import type { Graph } from '../onnx/graph.ts';
import { refusingNodes } from '../onnx/node-error.ts';
import type { Shape } from '../tensor/shape.ts';
import type { Objective } from './objectives.ts';
import type { Parameter } from './parameter.ts';

/** A slice of somebody's own model. */
export interface ModelSlice {
  readonly kind: 'model';
  readonly task: Objective;
  /** Elements of a row of the slice's input. */
  readonly width: number;
  /** C: classes, words or labels; 1 for regression. */
  readonly outputs: number;
  /** Values that the graph gives a row: C, C for each of its tokens, or one logit of two classes. */
  readonly answers: number;
  /** Stands for the graph where slices are compared: of the model's file and the place of the cut. */
  readonly hash: string;
  /** In words: the place of the cut and its share of the model. */
  readonly title: string;
  readonly parameters: readonly Parameter[];
  /** Operations of one pass forwards and backwards over one row. */
  readonly flops: number;
  /**
   * The part behind the cut for one model and a batch of B rows, shapes fixed and constants folded: one input [B, ...],
   * one output of B times so many answers, logits or predictions.
   */
  at(batch: number): Graph;
  /** The part before the cut, which stays frozen: the model's inputs [B, ...], one output, the slice's input. */
  trunk(batch: number): Graph;
  /** Operator sets of the trunk that are not ours, by domain. */
  readonly domains: Readonly<Record<string, number>>;
}

/** Whether what the slice takes in is floats as they stand, not token ids or the like. */
export const takesFloats = (slice: ModelSlice): boolean => slice.at(1).inputs[0]!.type === 'float32';

/** Name of a trained constant among the parameters of a training graph. */
export const parameterName = (name: string): string => `w/${name}`;

/**
 * Writes the forward pass of M models: x [M,B,D] or [B,D] -> [M,B,C], of tokens [M,B,TC]. Reads the parameters by name.
 */
export function forwardModel(
  build: Builder,
  slice: ModelSlice,
  { x, models, batch, isStacked }: { x: string; models: number; batch: number; isStacked: boolean },
): string {
  const graph = slice.at(batch);
  const trained = new Set(slice.parameters.map(({ name }) => name));
  const input = graph.inputs[0]!;
  const own = graph.initializers.map(({ name }) => name).filter((name) => trained.has(parameterName(name)));
  const open = openParameters(graph, new Set(own));
  const many = refusingNodes(() => stack(open, { models, inputs: new Set(isStacked ? [...own, input.name] : own) }));
  const names = new Map(own.map((name) => [name, parameterName(name)]));
  const lead = isStacked ? [models] : [];
  const cut = build.add('Reshape', [x, build.ints([...lead, ...(input.shape as Shape)])]);
  // Features are floats; whole numbers up to 2^24 pass through them unharmed.
  names.set(input.name, input.type === 'float32' ? cut : build.add('Cast', [cut], { to: codeOf(input.type) }));
  const renamed = (name: string) => (name === '' ? '' : (names.get(name) ?? `n/${name}`));
  for (const tensor of many.graph.initializers) build.constant({ ...tensor, name: renamed(tensor.name) });
  for (const node of many.graph.nodes)
    build.put({ ...node, inputs: node.inputs.map(renamed), outputs: node.outputs.map(renamed) });
  const output = renamed(graph.outputs[0]!.name);
  const answers = build.add('Reshape', [output, build.ints([models, batch, slice.answers])]);
  if (slice.task !== 'classification' || slice.answers === slice.outputs) return answers;
  // One logit is that of the second class against a first one of 0.
  return build.add('Concat', [build.add('Mul', [answers, build.scalar(0)]), answers], { axis: -1 });
}
