import { readFileSync } from 'node:fs';
import { loadOnnxruntime, makeRuntime } from '../../src/adapters/onnxruntime.ts';
import { runTrunk } from '../../src/features/trunk.ts';
import { median } from '../../src/stats/lira.ts';
import { hash32 } from '../../src/tensor/random.ts';
import { candidatesOf, makeModelSlice } from '../../src/training/cut-model.ts';
import { openModel } from '../../src/training/open-model.ts';
import { openProcessor } from './processor.ts';

const [IMAGES, BATCH, CHANNELS, SIDE, CLASSES] = [8192, 64, 3, 32, 10];
const ROUNDS = 5;

export interface TrunkBench {
  /** Images a second through the trunk, read, rewritten and cut by us; and of the file itself in onnxruntime. */
  readonly trunk: number;
  readonly own: number;
}

/** ResNet-20 up to its last layer, against onnxruntime running the model's file as it is; in turn, medians. */
export async function benchTrunk(path: string, threads: number): Promise<TrunkBench> {
  const bytes = readFileSync(path);
  const opened = openModel(bytes, null, null);
  const { name } = opened.graph.inputs[0]!;
  const row = [CHANNELS, SIDE, SIDE];
  const model = { ...opened, rows: { [name]: row } };
  const slice = makeModelSlice(model, candidatesOf(model)[0]!, { task: 'classification', outputs: CLASSES });
  const pixels = Float32Array.from({ length: IMAGES * CHANNELS * SIDE * SIDE }, (_, at) => (hash32(at) % 256) / 255);
  const size = CHANNELS * SIDE * SIDE;
  // As decoding gives them: each batch an array of its own.
  const read = (start: number, count: number) => pixels.slice(start * size, (start + count) * size);
  const runtime = await openProcessor(threads);
  const plain = await makeRuntime(loadOnnxruntime(), { threads, kind: 'native' }).create(bytes);
  const inputs = [{ name, type: 'float32' as const, row, read }];
  const ours = () => runTrunk({ graph: slice.trunk, inputs, rows: IMAGES, width: slice.width, runtime });
  const theirs = async () => {
    for (let start = 0; start < IMAGES; start += BATCH)
      await plain.run({ [name]: { type: 'float32', shape: [BATCH, ...row], data: read(start, BATCH) } });
  };
  const rates: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  for (let round = 0; round <= ROUNDS; round++)
    for (const [key, run] of [
      ['ours', ours],
      ['theirs', theirs],
    ] as const) {
      // biome-ignore format: one list
      const started = performance.now();
      await run();
      // The first round warms up.
      if (round > 0) rates[key].push((1000 * IMAGES) / (performance.now() - started));
    }
  await plain.release();
  await runtime.close();
  return { trunk: median(rates.ours), own: median(rates.theirs) };
}
