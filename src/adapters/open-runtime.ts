import type { Runtime } from '../onnx/runtime.ts';
import { findOnnxruntime, makeRuntime } from './onnxruntime.ts';
import { makeLanes } from './onnxruntime-lanes.ts';

/**
 * The runtime that trains shadow models: the native build with one lane a thread, else the WASM build.
 * `lane` is the program of a training thread; `folder` holds the native files, null for beside the code.
 */
export async function openRuntime(lane: URL, folder: string | null, threads: number): Promise<Runtime> {
  const { library, kind } = await findOnnxruntime(folder);
  return kind === 'native' && threads > 1 ? makeLanes(lane, folder, threads) : makeRuntime(library, { threads, kind });
}
