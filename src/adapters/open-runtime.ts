import { oneLine, UserError } from '../errors.ts';
import type { Runtime } from '../onnx/runtime.ts';
import { withKernels } from '../onnx/with-kernels.ts';
import { type Plan, REFERENCE_RATE } from '../training/plan.ts';
import type { BuiltInSlice, Slice } from '../training/slice.ts';
import { trainingGraph } from '../training/step.ts';
import { findOnnxruntime, makeRuntime, type Provider } from './onnxruntime.ts';
import { makeLanes } from './onnxruntime-lanes.ts';
import { DEVICES, LACKS, REMEDY } from './providers.ts';
import { type Trial, tryProvider } from './try-provider.ts';

export interface RuntimeOrder {
  /** Programs of a training thread and of the child that tries a device: `lane.ts` and `probe.ts`, or what they were built to. */
  readonly programs: { readonly lane: URL; readonly probe: URL };
  /** Where the native files lie; null for beside the code. */
  readonly folder: string | null;
  readonly threads: number;
  readonly device: 'auto' | 'cpu' | 'webgpu' | 'cuda';
  /** What is to be trained, and its floating-point operations; null leaves the processor where the choice is ours. */
  readonly plan: (Pick<Plan, 'slice' | 'recipe'> & { readonly flops: number }) | null;
  /** Longest time for trying one device. */
  readonly limitSeconds?: number;
}

type Device = (typeof DEVICES)[number];

/** A review that the processor trains in ten seconds is over before a device is tried. */
const WORTH_FLOPS = 10 * REFERENCE_RATE;
/** A first compilation of every operation takes seconds on slow drivers; who named a device can wait longer for it. */
const LIMIT_SECONDS = { auto: 30, named: 120 } as const;

/**
 * The runtime that trains shadow models. A device that is named is tried and taken, or refused with a UserError
 * (`device-absent`). Under `auto` the first of CUDA, WebGPU, DirectML and Core ML whose numbers are the processor's and
 * that trains this plan's models faster than all of the processor's threads, if there is enough to train; else the
 * processor: the native build with
 * one lane a thread, else the WASM build.
 */
export async function openRuntime(order: RuntimeOrder): Promise<Runtime> {
  const { device, folder, threads, programs } = order;
  const { library, kind } = await findOnnxruntime(folder);
  const processor = (tried: readonly string[]): Runtime => ({
    ...(kind === 'native' && threads > 1
      ? makeLanes(programs.lane, { folder, provider: 'cpu' }, threads)
      : makeRuntime(library, { threads, kind })),
    tried,
  });
  if (device === 'cpu') return processor([]);
  if (device !== 'auto') {
    const lack =
      kind === 'wasm' ? 'onnxruntime runs as WASM here' : LACKS[device]({ platform: process.platform, folder });
    const trial = lack === null ? await attempt(order, device, null) : ({ serves: false, reason: lack } as const);
    if (trial.serves) return onDevice(order, device, [sentence(device, trial, threads)]);
    throw new UserError('device-absent', `device: ${device} was asked for and cannot be used: ${trial.reason}.`, {
      hint: REMEDY[device],
    });
  }
  const tried: string[] = [];
  if (kind === 'native' && order.plan !== null && order.plan.flops > WORTH_FLOPS)
    for (const candidate of DEVICES) {
      if (LACKS[candidate]({ platform: process.platform, folder }) !== null) continue;
      const trial = await attempt(order, candidate, order.plan);
      tried.push(sentence(candidate, trial, threads));
      if (trial.serves && isFaster(trial, threads)) return onDevice(order, candidate, tried);
    }
  return processor(tried);
}

async function attempt(
  { programs, folder, limitSeconds }: RuntimeOrder,
  provider: Device,
  plan: RuntimeOrder['plan'],
): Promise<Trial> {
  const lack = plan && lackingKernel(plan, provider);
  if (lack) return { serves: false, reason: lack };
  const slice = plan && isBuiltIn(plan.slice) ? plan.slice : null;
  const work = plan && { slice, batch: plan.recipe.batch };
  const limit = limitSeconds ?? (plan ? LIMIT_SECONDS.auto : LIMIT_SECONDS.named);
  return await tryProvider(programs.probe, { provider, lane: programs.lane.href, folder, work }, limit);
}

const isBuiltIn = (slice: Slice): slice is BuiltInSlice => slice.kind === 'mlp' || slice.kind === 'softmax';

/** What the plan's training needs and the provider has no kernel for; null where it has all. */
function lackingKernel({ slice, recipe }: NonNullable<RuntimeOrder['plan']>, provider: Device): string | null {
  try {
    withKernels(trainingGraph(slice, recipe, 1).graph, provider);
    return null;
  } catch (error) {
    if (error instanceof UserError && error.code === 'device-kernel') return error.message.replace(/\.$/, '');
    throw error;
  }
}

function onDevice({ programs, folder }: RuntimeOrder, provider: Provider, tried: readonly string[]): Runtime {
  // Products of TF32 have ten bits: not the processor's numbers. Worker threads cannot set what the driver reads.
  process.env.NVIDIA_TF32_OVERRIDE = '0';
  return { ...makeLanes(programs.lane, { folder, provider }, 1), tried };
}

/** Every thread of the processor is counted as fast as one alone. */
const isFaster = ({ speed }: Trial & { serves: true }, threads: number): boolean =>
  speed !== null && speed.device > speed.cpu * threads;

function sentence(device: Device, trial: Trial, threads: number): string {
  if (!trial.serves) return oneLine(`${device}: refused: ${trial.reason}.`, 300);
  const agrees = `its scores are the processor's to ${trial.worst.toExponential(0)}`;
  if (trial.speed === null) return `${device}: ${agrees}.`;
  const gigaflops = (rate: number) => `${(rate / 1e9).toFixed(1)} GFLOP/s`;
  const rates = `${gigaflops(trial.speed.device)} beside ${gigaflops(trial.speed.cpu * threads)}`;
  return `${device}: ${agrees}; ${isFaster(trial, threads) ? 'taken' : 'not taken, slower than the processor'} (${rates}).`;
}
