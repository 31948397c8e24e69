import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as Onnxruntime from 'onnxruntime-node';
import type { TensorData } from '../onnx/graph.ts';
import type { Feed, Runtime } from '../onnx/runtime.ts';

type Library = Pick<typeof Onnxruntime, 'InferenceSession' | 'Tensor'>;

/** onnxruntime on the processor. `library` is onnxruntime-node or onnxruntime-web, found by `loadOnnxruntime`. */
export function makeRuntime(
  library: Library,
  { threads, kind }: { threads: number; kind: 'native' | 'wasm' },
): Runtime {
  return {
    provider: 'cpu',
    runtime: kind,
    lanes: 1,
    async close() {},
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

/** The variable by which the bundled onnxruntime-node learns where its native file lies. */
export const BINDING_VARIABLE = 'TASTER_ONNXRUNTIME_BINDING';

/**
 * onnxruntime for `makeRuntime`: native from the given folder (null: from beside the code), else the WASM build.
 * A checkout always takes what lies beside the code; only a bundled build reads the folder.
 */
export async function findOnnxruntime(
  folder: string | null,
): Promise<{ readonly library: Library; readonly kind: 'native' | 'wasm' }> {
  if (folder !== null) process.env[BINDING_VARIABLE] = join(folder, 'onnxruntime_binding.node');
  try {
    const native = await import('onnxruntime-node');
    return { library: (native as { default?: Library }).default ?? native, kind: 'native' };
  } catch {
    const wasm = await import('onnxruntime-web');
    return { library: wasm as unknown as Library, kind: 'wasm' };
  }
}
