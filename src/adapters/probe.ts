import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convolutionalSlice, probeScores, trainingRate, worstDifference } from '../training/probe.ts';
import { steadySeconds } from './clock.ts';
import { findOnnxruntime, makeRuntime } from './onnxruntime.ts';
import { makeLanes } from './onnxruntime-lanes.ts';
import type { ProbeAnswer, ProbeOrder } from './try-provider.ts';

/** Stands for a slice of somebody's model where speeds are compared. */
const MODEL_LIKE = { side: 16, channels: 16, classes: 10 };
/** Where the floating-point operations of training are. */
const HEAVY: readonly string[] = ['MatMul', 'FusedMatMul', 'Gemm', 'FusedGemm', 'Conv', 'FusedConv', 'ConvTranspose'];

/** A child that tries one provider against the processor. It may crash or hang in a driver: its parent sees to that. */
async function probe({ provider, lane, folder, work }: ProbeOrder): Promise<ProbeAnswer> {
  const { library, kind } = await findOnnxruntime(folder);
  const cpu = makeRuntime(library, { threads: 1, kind });
  const expected = await probeScores(cpu);
  const profiles = await mkdtemp(join(tmpdir(), 'taster-probe-'));
  const watched = makeLanes(new URL(lane), { folder, provider, profile: join(profiles, 'probe') }, 1);
  let kernels: Kernels;
  let worst: number;
  try {
    worst = worstDifference(await probeScores(watched), expected);
    kernels = await kernelsIn(profiles);
  } finally {
    await watched.close();
    await rm(profiles, { recursive: true, force: true });
  }
  if (work === null) return { worst, ...kernels, speed: null };
  const slice = work.slice ?? convolutionalSlice(MODEL_LIKE);
  const device = makeLanes(new URL(lane), { folder, provider }, 1);
  const at = { batch: work.batch, seconds: steadySeconds };
  const speed = { cpu: await trainingRate(cpu, slice, at), device: await trainingRate(device, slice, at) };
  return { worst, ...kernels, speed };
}

type Kernels = Pick<ProbeAnswer, 'elsewhere' | 'there'>;

/** Heavy operations that ran on the processor, and all that ran on anything else, as the profiles tell. */
async function kernelsIn(folder: string): Promise<Kernels> {
  let there = 0;
  const elsewhere = new Set<string>();
  for (const file of await readdir(folder)) {
    const text = (await readFile(join(folder, file), 'utf8')).trimEnd();
    const events = JSON.parse(text.endsWith(']') ? text : `${text.replace(/,$/, '')}]`) as {
      args?: { provider?: string; op_name?: string };
    }[];
    for (const { args } of events) {
      if (!args?.provider || !args.op_name) continue;
      if (args.provider !== 'CPUExecutionProvider') there++;
      else if (HEAVY.includes(args.op_name)) elsewhere.add(args.op_name);
    }
  }
  return { there, elsewhere: [...elsewhere].sort() };
}

function main(): void {
  if (!process.send) {
    process.stderr.write('This tries a device for Taster: it is started by `taster review`, not by hand.\n');
    process.exitCode = 2;
    return;
  }
  // The lane's thread may hang in a driver, where nothing else ends it.
  const end = () => process.kill(process.pid, 'SIGKILL');
  process.once('disconnect', end);
  process.once('message', async (order) => {
    const answer = await probe(order as ProbeOrder).catch((error: unknown) => ({
      error: error instanceof Error ? error.message : String(error),
    }));
    process.send!(answer, undefined, undefined, end);
  });
}

main();
