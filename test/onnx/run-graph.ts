import { loadOnnxruntime, makeRuntime } from '../../src/adapters/onnxruntime.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Graph, Model, TensorData } from '../../src/onnx/graph.ts';
import type { Feed } from '../../src/onnx/runtime.ts';

export const runtime = makeRuntime(loadOnnxruntime(), { threads: 1, kind: 'native' });

/** The outputs of a graph that is encoded, run once and released. */
export async function runGraph(
  graph: Graph,
  feeds: Readonly<Record<string, Feed>>,
  as?: Pick<Model, 'opsets' | 'irVersion'>,
): Promise<Record<string, TensorData>> {
  const session = await runtime.create(encodeModel(graph, as));
  const results = await session.run(feeds);
  await session.release();
  return results;
}
