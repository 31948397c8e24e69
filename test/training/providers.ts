import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { loadOnnxruntime, makeRuntime, type Provider } from '../../src/adapters/onnxruntime.ts';
import { makeBuilder } from '../../src/onnx/builder.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Runtime } from '../../src/onnx/runtime.ts';

/**
 * A Vulkan driver for machines without a graphics processor: SwiftShader as Debian and Ubuntu ship it with Chromium, or
 * one that TASTER_TEST_VULKAN names (the path of its .json file). VK_DRIVER_FILES, where it is set, wins. The loader
 * itself, libvulkan.so.1, must be installed (Debian's libvulkan1).
 */
const DRIVERS = [
  ...(process.env.TASTER_TEST_VULKAN ? [process.env.TASTER_TEST_VULKAN] : []),
  '/usr/lib/chromium/vk_swiftshader_icd.json',
  '/usr/lib/chromium-browser/vk_swiftshader_icd.json',
  '/opt/google/chrome/vk_swiftshader_icd.json',
];

const driver = process.env.VK_DRIVER_FILES ?? process.env.VK_ICD_FILENAMES ?? DRIVERS.find((file) => existsSync(file));
if (driver !== undefined) {
  process.env.VK_DRIVER_FILES = driver;
  process.env.VK_ICD_FILENAMES = driver;
}

const TRY = `
  const { InferenceSession } = require('onnxruntime-node');
  const model = Buffer.from(process.argv[1], 'base64');
  InferenceSession.create(model, { executionProviders: ['webgpu'], logSeverityLevel: 4 }).then(
    () => process.exit(0),
    (error) => { console.error(error.message.split(' was false. ').at(-1).trim()); process.exit(1); });
`;
/** y = Relu(x), base64. */
const relu = () => {
  const build = makeBuilder('t_');
  const value = (name: string) => ({ name, type: 'float32' as const, shape: [2] });
  const graph = build.graph('relu', [value('x')], [value(build.add('Relu', ['x']))]);
  return Buffer.from(encodeModel(graph)).toString('base64');
};

/** Why WebGPU cannot be tested here; false where it can. A driver may crash: it is asked in a child. */
export const withoutWebgpu: string | false = (() => {
  const { status, signal, stderr } = spawnSync(process.execPath, ['-e', TRY, relu()], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
    timeout: 20_000,
  });
  return status === 0 ? false : `WebGPU is not here: ${stderr.trim().split('\n').at(-1) || signal}`;
})();

/** What a test of numbers runs on. */
export interface On {
  readonly runtime: Runtime;
  /** The test's own tolerance, or what another provider than the processor is allowed. */
  within(own: number): number;
}

const OTHERS = 1e-3;

export const onProcessor: On = { runtime: on('cpu'), within: (own) => own };

/** One test for the processor and one for WebGPU, which is skipped where there is no driver. */
export function testOnProviders(name: string, body: (on: On) => Promise<void>): void {
  test(name, () => body(onProcessor));
  test(`${name} (WebGPU)`, { skip: withoutWebgpu }, () =>
    body({ runtime: on('webgpu'), within: (own) => Math.max(own, OTHERS) }),
  );
}

function on(provider: Provider): Runtime {
  return makeRuntime(loadOnnxruntime(), { threads: 1, kind: 'native', provider });
}
