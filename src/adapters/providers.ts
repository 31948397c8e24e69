import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Provider } from './onnxruntime.ts';

type Device = Exclude<Provider, 'cpu'>;

/** Tried in this order where the choice is ours. */
export const DEVICES: readonly Device[] = ['cuda', 'webgpu', 'directml', 'coreml'];

interface Place {
  readonly platform: NodeJS.Platform;
  /** Where the native files lie; null for beside the code. */
  readonly folder: string | null;
}

/** CUDA's part of onnxruntime, which no package of npm holds. */
const cudaLibraries = (platform: NodeJS.Platform): readonly string[] =>
  platform === 'win32'
    ? ['onnxruntime_providers_shared.dll', 'onnxruntime_providers_cuda.dll']
    : ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'];

/** What a provider lacks here before anything is tried, as the end of a sentence; null where it may be tried. */
export const LACKS: Readonly<Record<Device, (place: Place) => string | null>> = {
  cuda({ platform, folder }) {
    if (platform === 'darwin') return 'there is no CUDA on macOS';
    const where = folder ?? besideCode();
    if (where === null) return 'the native files of onnxruntime were not found';
    const missing = cudaLibraries(platform).filter((file) => !existsSync(join(where, file)));
    return missing.length > 0 ? `${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not in ${where}` : null;
  },
  webgpu: () => null,
  directml: ({ platform }) => (platform === 'win32' ? null : 'DirectML is a part of Windows'),
  coreml: ({ platform }) => (platform === 'darwin' ? null : 'Core ML is a part of macOS'),
};

/** What to do about a device that was asked for and is not there. */
export const REMEDY: Readonly<Record<Device, string>> = {
  cuda: '`runtime-path` must name a folder that holds the native files of onnxruntime with its CUDA provider, and the libraries of CUDA must be found by the loader; or leave `device` at auto.',
  webgpu:
    'Install the driver of the graphics processor (on Linux its Vulkan driver and libvulkan1); or leave `device` at auto.',
  directml: 'Leave `device` at auto.',
  coreml: 'Leave `device` at auto.',
};

function besideCode(): string | null {
  try {
    const root = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
    return join(root, 'bin', 'napi-v6', process.platform, process.arch);
  } catch {
    return null;
  }
}
