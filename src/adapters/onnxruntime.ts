import { createRequire } from 'node:module';
import type * as Onnxruntime from 'onnxruntime-node';
import type { TensorData } from '../onnx/graph.ts';
import type { Feed, Runtime } from '../training/runtime.ts';

type Library = Pick<typeof Onnxruntime, 'InferenceSession' | 'Tensor'>;

/** onnxruntime on the processor. `library` is onnxruntime-node or onnxruntime-web, found by `loadOnnxruntime`. */
export function makeRuntime(
  library: Library,
  { threads, kind }: { threads: number; kind: 'native' | 'wasm' },
): Runtime {
  return {
    provider: 'cpu',
    runtime: kind,
    async create(model) {
      const session = await library.InferenceSession.create(model, {
        executionProviders: [kind === 'native' ? 'cpu' : 'wasm'],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        logSeverityLevel: 3,
      });
      return {
        async run(feeds) {
          const tensors = Object.fromEntries(
            Object.entries(feeds).map(([name, feed]) => [name, toTensor(library, feed)]),
          );
          const results = await session.run(tensors);
          return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, tensor.data as TensorData]));
        },
        release: () => session.release(),
      };
    },
  };
}

function toTensor(library: Library, { type, shape, data }: Feed): Onnxruntime.Tensor {
  return new library.Tensor(type, data as Float32Array, [...shape]) as Onnxruntime.Tensor;
}

/** Loads onnxruntime-node from beside the code. */
export function loadOnnxruntime(): Library {
  return createRequire(import.meta.url)('onnxruntime-node') as Library;
}
