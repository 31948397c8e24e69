import { spawnSync } from 'node:child_process';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { findOnnxruntime, makeRuntime, type Provider } from '../../src/adapters/onnxruntime.ts';
import { openRuntime } from '../../src/adapters/open-runtime.ts';
import { describeError } from '../../src/errors.ts';
import { makeBuilder } from '../../src/onnx/builder.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Runtime } from '../../src/onnx/runtime.ts';
import { hash32 } from '../../src/tensor/random.ts';
import { sizeOf } from '../../src/tensor/shape.ts';
import { trainEnsemble } from '../../src/training/ensemble.ts';
import { groupSize } from '../../src/training/groups.ts';
import { ensembleFlops } from '../../src/training/plan.ts';
import { convolutionalSlice, drawnSet, worstDifference } from '../../src/training/probe.ts';
import type { Recipe } from '../../src/training/recipe.ts';
import { describeSlice, parametersOf, type Slice } from '../../src/training/slice.ts';

const DEVICES = ['cpu', 'webgpu', 'cuda'] as const;
type Device = (typeof DEVICES)[number];
const COLUMNS = ['what', 'models', 'provider', 'GFLOP/s', 's a shadow', 'x cpu', 'copying', 'scores from cpu’s'];

interface Case {
  readonly what: string;
  readonly slice: Slice;
  readonly rows: number;
  readonly models: number;
  readonly recipe: Recipe;
}

function cases(isQuick: boolean): Case[] {
  const mlp = (width: number, hidden: number, outputs: number): Slice => {
    return { kind: 'mlp', task: 'classification', width, hidden, outputs };
  };
  const recipe = (epochs: number): Recipe => ({ optimizer: 'sgd', rate: 0.1, decay: 0.001, batch: 128, epochs });
  const small = { ...recipe(2), batch: 32 };
  if (isQuick)
    return [
      { what: 'quick', slice: mlp(50, 16, 5), rows: 128, models: 8, recipe: small },
      {
        what: 'quick',
        slice: convolutionalSlice({ side: 8, channels: 4, classes: 3 }),
        rows: 64,
        models: 4,
        recipe: small,
      },
    ];
  const location = { what: 'Location-30', slice: mlp(446, 128, 30), rows: 5010, recipe: recipe(24) };
  const wide = { what: 'wide', rows: 5000, models: 64, recipe: recipe(5) };
  const image = { what: 'images', slice: convolutionalSlice({ side: 28, channels: 16, classes: 10 }), rows: 2000 };
  return [
    { ...location, models: 16 },
    { ...location, models: 64 },
    { ...wide, slice: mlp(1024, 512, 100) },
    { ...wide, slice: mlp(2048, 1024, 100), recipe: recipe(2) },
    { ...image, models: 16, recipe: recipe(3) },
  ];
}

/**
 * The shadow loop on every provider that answers, on drawn data: writes a markdown table line by line, since a driver
 * may take the process with it. Without network and data sets.
 */
export async function benchDevices(
  programs: { readonly lane: URL; readonly probe: URL },
  at: {
    readonly folder: string | null;
    readonly devices: readonly Device[];
    readonly isQuick: boolean;
    write(line: string): void;
  },
): Promise<void> {
  const { folder, devices, isQuick, write } = at;
  const threads = availableParallelism();
  const line = (cells: readonly string[]) => write(`| ${cells.join(' | ')} |`);
  write(`${machine()}\n`);
  const scores = new Map<Case, { readonly phi: Float32Array; readonly rate: number }>();
  const all = cases(isQuick);
  const runtimes: { readonly device: Device; readonly opened: Runtime }[] = [];
  for (const device of devices) {
    const opened = await openRuntime({ programs, folder, threads, device, plan: null }).catch((error: unknown) => {
      write(`${describeError(error)}\n`);
    });
    if (!opened) continue;
    for (const tried of opened.tried) write(`${tried}\n`);
    runtimes.push({ device, opened });
  }
  line(COLUMNS);
  line(COLUMNS.map(() => '---'));
  for (const one of all)
    for (const { device, opened } of runtimes)
      try {
        const { phi, rate, seconds } = await train(one, opened);
        if (device === 'cpu') scores.set(one, { phi, rate });
        const cpu = scores.get(one);
        line([
          ...[`${one.what}: ${describeSlice(one.slice)}`, String(one.models), opened.provider],
          ...[(rate / 1e9).toFixed(1), (seconds / one.models).toFixed(4), cpu ? (rate / cpu.rate).toFixed(2) : ''],
          device === 'cpu' ? '' : await copying(one, opened, folder).catch(() => 'failed'),
          cpu && device !== 'cpu' ? worstDifference([phi], [cpu.phi]).toExponential(1) : '',
        ]);
      } catch (error) {
        line([one.what, String(one.models), device, describeError(error).replaceAll('|', '/'), '', '', '', '']);
      }
  for (const { opened } of runtimes) await opened.close();
}

/** Once to compile, once for the clock. */
async function train({ slice, rows, models, recipe }: Case, runtime: Runtime) {
  const set = drawnSet(rows, slice);
  const inside = Uint8Array.from({ length: models * rows }, (_, cell) => hash32(cell, 4) & 1);
  const order = { name: 'base' as const, models, inside, seed: 1 };
  await trainEnsemble({ set, slice, runtime, order, recipe: { ...recipe, epochs: 1 } });
  const began = performance.now();
  const { phi } = await trainEnsemble({ set, slice, runtime, order, recipe });
  const seconds = (performance.now() - began) / 1000;
  return { phi, seconds, rate: ensembleFlops(slice, recipe.epochs, rows, models) / seconds };
}

/** What a group's weights and momentum cost there and back once: what is saved at each run where they stay. */
async function copying(
  { slice, models, recipe }: Case,
  { provider, group }: Runtime,
  folder: string | null,
): Promise<string> {
  const size = Math.min(models, groupSize(slice, recipe.batch, group));
  const count = 2 * size * parametersOf(slice).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const { library, kind } = await findOnnxruntime(folder);
  const build = makeBuilder('b_');
  const value = (name: string) => ({ name, type: 'float32' as const, shape: [count] });
  const graph = build.graph('copy', [value('x')], [value(build.add('Neg', ['x']))]);
  const session = await makeRuntime(library, { threads: 1, kind, provider: provider as Provider }).create(
    encodeModel(graph),
  );
  const x = { type: 'float32', shape: [count], data: new Float32Array(count) } as const;
  const times: number[] = [];
  for (let round = 0; round < 4; round++) {
    const began = performance.now();
    await session.run({ x });
    times.push(performance.now() - began);
  }
  await session.release();
  const where = provider === 'webgpu' ? 'once a group' : 'each run';
  return `${((4 * count) / 1e6).toFixed(1)} MB, ${Math.min(...times).toFixed(1)} ms, ${where}`;
}

function machine(): string {
  const { stdout } = spawnSync('nvidia-smi', ['--query-gpu=name,driver_version', '--format=csv,noheader'], {
    encoding: 'utf8',
  });
  const graphics = stdout?.trim().split('\n').join('; ') || 'no NVIDIA card';
  const driver = process.env.VK_DRIVER_FILES ? `, Vulkan driver ${process.env.VK_DRIVER_FILES}` : '';
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} threads, ${memory} GiB; ${graphics}${driver}; Node ${process.version}.`;
}

if (import.meta.main) {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const program = (name: string) =>
    new URL(extension === '.ts' ? `../../src/adapters/${name}.ts` : `./${name}.js`, import.meta.url);
  await benchDevices(
    { lane: program('lane'), probe: program('probe') },
    {
      folder: process.env.TASTER_RUNTIME_PATH ?? null,
      devices: DEVICES.filter((device) => !process.argv.includes(`--without-${device}`)),
      isQuick: process.argv.includes('--quick'),
      write: (line) => console.log(line),
    },
  );
}
