import { openRuntime } from '../../src/adapters/open-runtime.ts';
import type { Runtime } from '../../src/onnx/runtime.ts';

/** The processor as a review uses it: one lane a thread. */
export function openProcessor(threads: number): Promise<Runtime> {
  const program = (name: string) => new URL(`../../src/adapters/${name}.ts`, import.meta.url);
  const programs = { lane: program('lane'), probe: program('probe') };
  return openRuntime({ programs, folder: null, threads, device: 'cpu', plan: null });
}
