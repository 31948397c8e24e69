import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as Onnxruntime from 'onnxruntime-node';
import { makeBuilder } from '../onnx/builder.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { TensorData } from '../onnx/graph.ts';
import type { Carry, Feed, Runtime, Session } from '../onnx/runtime.ts';
import { GROUP } from '../training/groups.ts';

type Library = Pick<typeof Onnxruntime, 'InferenceSession' | 'Tensor'>;
type Tensors = Readonly<Record<string, Onnxruntime.Tensor>>;

/** Who computes, as reports name it. */
export type Provider = 'cpu' | 'cuda' | 'webgpu' | 'directml' | 'coreml';

/** Shadow models in one graph where starting an operation costs more than computing it. */
const DEVICE_GROUP = 64;

/** onnxruntime's own names, and whether what a run gives can stay on the device. */
const PROVIDERS: Readonly<Record<Provider, { readonly name: string; readonly keeps: boolean }>> = {
  cpu: { name: 'cpu', keeps: false },
  cuda: { name: 'cuda', keeps: false },
  webgpu: { name: 'webgpu', keeps: true },
  directml: { name: 'dml', keeps: false },
  coreml: { name: 'coreml', keeps: false },
};

/** onnxruntime on one provider. `library` is onnxruntime-node or onnxruntime-web, found by `loadOnnxruntime`. */
export function makeRuntime(
  library: Library,
  at: {
    readonly threads: number;
    readonly kind: 'native' | 'wasm';
    readonly provider?: Provider;
    /** Where a profile of every session is written; none without. */
    readonly profile?: string;
  },
): Runtime {
  const { threads, kind, provider = 'cpu', profile } = at;
  const { name, keeps } = PROVIDERS[provider];
  const open = (model: Uint8Array, kept: readonly string[]) =>
    library.InferenceSession.create(model, {
      executionProviders: [kind === 'native' ? name : 'wasm'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
      // DirectML refuses sessions that plan their memory ahead.
      ...(provider === 'directml' ? { enableMemPattern: false } : {}),
      ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
      ...(kept.length > 0
        ? { preferredOutputLocation: Object.fromEntries(kept.map((one) => [one, 'gpu-buffer'])) }
        : {}),
    });
  return {
    provider,
    runtime: kind,
    tried: [],
    lanes: 1,
    group: groupOf(provider),
    async close() {},
    async create(model, carry = {}) {
      const session = await open(model, keeps ? Object.keys(carry) : []);
      return carrying(library, session, carry, (tensors) => bringHere(open, tensors));
    },
  };
}

/** Shadow models that one graph had best hold. */
export const groupOf = (provider: Provider): number => (provider === 'cpu' ? GROUP : DEVICE_GROUP);

/** A session that remembers what it carries. */
function carrying(
  library: Library,
  session: Onnxruntime.InferenceSession,
  carry: Carry,
  bring: (tensors: Tensors) => Promise<Tensors>,
): Session {
  let kept: Record<string, Onnxruntime.Tensor> = {};
  const forget = () => {
    for (const tensor of Object.values(kept)) if (tensor.location === 'gpu-buffer') tensor.dispose();
    kept = {};
  };
  return {
    async run(feeds) {
      const carried = Object.entries(carry).flatMap(([output, input]) =>
        kept[output] && !feeds[input] ? [[input, kept[output]] as const] : [],
      );
      const given = Object.entries(feeds).map(([name, feed]) => [name, toTensor(library, feed)] as const);
      const results = Object.entries(await session.run(Object.fromEntries([...given, ...carried])));
      forget();
      kept = Object.fromEntries(results.filter(([name]) => name in carry)) as typeof kept;
      return valuesOf(Object.fromEntries(results.filter(([name]) => !(name in carry))) as Tensors);
    },
    carried: async () => valuesOf(await bring(kept)),
    async release() {
      forget();
      await session.release();
    },
  };
}

/** onnxruntime-node cannot read a device's buffer: a graph that changes nothing gives it as an output on this side. */
async function bringHere(
  open: (model: Uint8Array, kept: readonly string[]) => Promise<Onnxruntime.InferenceSession>,
  tensors: Tensors,
): Promise<Tensors> {
  const away = Object.entries(tensors).filter(([, { location }]) => location === 'gpu-buffer');
  if (away.length === 0) return tensors;
  const build = makeBuilder('r_');
  const value = (name: string, shape: readonly number[]) => ({ name, type: 'float32' as const, shape });
  const inputs = away.map(([name, { dims }]) => value(name, dims));
  const outputs = away.map(([name, { dims }]) => value(build.add('Identity', [name]), dims));
  const session = await open(encodeModel(build.graph('read', inputs, outputs)), []);
  try {
    const found = await session.run(Object.fromEntries(away));
    const here = away.map(([name], index) => [name, found[outputs[index]!.name]!] as const);
    return { ...tensors, ...(Object.fromEntries(here) as Tensors) };
  } finally {
    await session.release();
  }
}

const valuesOf = (tensors: Tensors): Record<string, TensorData> =>
  Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data as TensorData]));

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
