import { loadOnnxruntime, makeRuntime } from '../../src/adapters/onnxruntime.ts';
import { defaultConfig } from '../../src/config/defaults.ts';
import { makeBuilder } from '../../src/onnx/builder.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { median } from '../../src/stats/lira.ts';
import { hash32 } from '../../src/tensor/random.ts';
import { sharedFloats } from '../../src/tensor/shared.ts';
import { trainEnsemble } from '../../src/training/ensemble.ts';
import { ensembleFlops, makePlan } from '../../src/training/plan.ts';
import { describeSlice } from '../../src/training/slice.ts';
import { openProcessor } from './processor.ts';
import { productsRate } from './products.ts';

const SIDE = 2048;
const ROUNDS = 3;

export interface LoopBench {
  readonly slice: string;
  /** Billions of floating-point operations a second. */
  readonly matmul: number;
  readonly loop: number;
  /** The matrix products of its steps alone. */
  readonly products: number;
  readonly secondsPerShadow: number;
}

/**
 * The shadow loop (Location-30's sizes, 64 models, scoring and batch order counted in) beside one large MatMul and the
 * loop's own products alone, in turn; medians.
 */
export async function benchLoop(threads: number): Promise<LoopBench> {
  const runtime = await openProcessor(threads);
  const [N, M] = [5010, 64];
  const { slice, recipe } = makePlan(
    { task: 'classification', width: 446, classes: 30, trainingRows: N },
    {
      nonce: 'bench',
      membershipKey: 'bench',
      models: M,
      budgetSeconds: defaultConfig.shadows.budgetSeconds,
      epochs: 'auto',
    },
  );
  const features = sharedFloats(N * slice.width);
  for (let i = 0; i < features.length; i++) features[i] = hash32(i, 1) % 8 === 0 ? 1 : 0;
  const set = {
    features,
    width: slice.width,
    labels: Float64Array.from({ length: N }, (_, i) => hash32(i, 2) % slice.outputs),
    rowKeys: Uint32Array.from({ length: N }, (_, i) => hash32(i, 3)),
  };
  const inside = Uint8Array.from({ length: M * N }, (_, i) => hash32(i, 4) & 1);
  const loops: number[] = [];
  const matmuls: number[] = [];
  const products: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    matmuls.push(await matmulRate(threads));
    if (slice.kind === 'mlp' || slice.kind === 'softmax')
      products.push(await productsRate(runtime, slice, recipe.batch));
    const started = performance.now();
    await trainEnsemble({ set, slice, recipe, runtime, order: { name: 'base', models: M, inside, seed: round } });
    loops.push(ensembleFlops(slice, recipe.epochs, N, M) / (performance.now() - started) / 1e6);
  }
  await runtime.close();
  const loop = median(loops);
  return {
    slice: describeSlice(slice),
    matmul: median(matmuls),
    loop,
    products: median(products),
    secondsPerShadow: ensembleFlops(slice, recipe.epochs, N, 1) / loop / 1e9,
  };
}

async function matmulRate(threads: number): Promise<number> {
  const build = makeBuilder('m_');
  const product = build.add('MatMul', ['a', 'b']);
  const value = (name: string) => ({ name, type: 'float32' as const, shape: [SIDE, SIDE] });
  const session = await makeRuntime(loadOnnxruntime(), { threads, kind: 'native' }).create(
    encodeModel(build.graph('matmul', [value('a'), value('b')], [value(product)])),
  );
  const data = Float32Array.from({ length: SIDE * SIDE }, (_, i) => (hash32(i) % 1000) / 1000);
  const feed = { type: 'float32', shape: [SIDE, SIDE], data } as const;
  const rates: number[] = [];
  for (let round = 0; round < 4; round++) {
    const started = performance.now();
    await session.run({ a: feed, b: feed });
    if (round > 0) rates.push((2 * SIDE ** 3) / (performance.now() - started) / 1e6);
  }
  await session.release();
  return median(rates);
}
