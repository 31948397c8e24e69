import { makeBuilder } from '../../src/onnx/builder.ts';

import { encodeModel } from '../../src/onnx/encode.ts';
import { float32 } from '../../src/onnx/graph.ts';
import { normalAt } from '../../src/tensor/random.ts';
import { openModel } from '../../src/training/open-model.ts';

const HIDDEN = 128;

/**
 * The same classifier with an MLP of 128 hidden units in place of its linear head (a last Gemm, weights [C,D]). The
 * new weights are drawn: shadow models take their sizes and scales alone.
 */
export function withMlpHead(bytes: Uint8Array): Uint8Array {
  // In the operators' newest form, as the encoder writes them.
  const { graph } = openModel(bytes, null, null);
  const head = graph.nodes.at(-1);
  const [features, weight] = head?.inputs ?? [];
  const [classes, width] = graph.initializers.find(({ name }) => name === weight)?.shape ?? [];
  if (head?.op !== 'Gemm' || !features || !classes || !width) throw new Error('expected a model that ends in a Gemm');
  const build = makeBuilder('head_', { ...graph, nodes: graph.nodes.slice(0, -1) });
  const layer = (from: string, [rows, columns]: readonly [number, number], key: number) => {
    const drawn = Array.from({ length: rows * columns }, (_, at) => normalAt(key, at) * Math.sqrt(2 / columns));
    const weights = build.constant(float32(build.fresh('weight'), [rows, columns], drawn));
    const bias = build.constant(float32(build.fresh('bias'), [rows], new Float32Array(rows)));
    return ['Gemm', [from, weights, bias], { transB: 1 }] as const;
  };
  const hidden = build.add('Relu', [build.add(...layer(features, [HIDDEN, width], 1))]);
  const [op, inputs, attributes] = layer(hidden, [classes, HIDDEN], 2);
  build.put({ op, domain: '', inputs, outputs: head.outputs, attributes });
  return encodeModel(build.graph(graph.name, graph.inputs, graph.outputs));
}
