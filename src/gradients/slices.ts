import { flopsOf } from '../onnx/cost.ts';
import { type Cut, cutsOf, sliceAt } from '../onnx/cut.ts';
import type { Graph, Tensor } from '../onnx/graph.ts';
import { knownShapes } from '../onnx/infer-shapes.ts';
import { isSliceOp } from '../onnx/schema.ts';
import type { Shape } from '../tensor/shape.ts';
import { rules } from './index.ts';
import { inputRule } from './rule.ts';

/** A part of a model that may be trained again, and what that takes. */
export interface Candidate extends Cut {
  readonly graph: Graph;
  /** The constants that are trained. */
  readonly parameters: readonly Tensor[];
  /** Weights of two axes or more: layers, as people count them. */
  readonly layers: number;
  /** Of all weights of the model, by elements. */
  readonly share: number;
  /** Operations of a pass forwards and backwards over the graph's batch. */
  readonly flops: number;
}

/**
 * The slices that a model can be cut into, the shallowest first; those without anything to train are left out.
 * Shapes must be fixed and constants folded. @param output the value that is the model's answer.
 * @param weights constants that may be trained. @param told shapes of values that the trunk gives, where they cannot be told from its nodes.
 */
export function slicesOf(
  graph: Graph,
  output: string,
  { weights, told = {} }: { weights: ReadonlySet<string>; told?: Readonly<Record<string, Shape>> | undefined },
): Candidate[] {
  const shapes = knownShapes(graph, told);
  const all = elements(graph.initializers.filter(({ name }) => weights.has(name)));
  return cutsOf(graph, output).flatMap((cut) => {
    const shape = shapes.get(cut.value);
    if (!shape) return [];
    const slice = sliceAt(graph, { value: cut.value, output, shape });
    if (!slice.nodes.every(({ outputs }) => shapes.has(outputs[0]!))) return [];
    const parameters = trainable(slice, output).filter(({ name }) => weights.has(name));
    if (parameters.length === 0) return [];
    const layers = parameters.filter((tensor) => tensor.shape.length >= 2).length;
    const moved = parameters.map(({ name }) => name);
    const share = elements(parameters) / all;
    return [{ ...cut, graph: slice, parameters, layers, share, flops: flopsOf(slice, shapes, moved) }];
  });
}

const elements = (tensors: readonly Tensor[]) => tensors.reduce((sum, { data }) => sum + data.length, 0);

/** Constants through which the answer can be moved: where a row says `constant` or `refused` nothing is trained. */
function trainable(graph: Graph, output: string): Tensor[] {
  const flows = new Set([output]);
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((name) => flows.has(name)) || !isSliceOp(node.op)) continue;
    node.inputs.forEach((name, index) => {
      if (typeof inputRule(rules[node.op as keyof typeof rules], index) === 'function') flows.add(name);
    });
  }
  return graph.initializers.filter(({ name }) => flows.has(name));
}
