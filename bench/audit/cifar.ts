import { availableParallelism } from 'node:os';
import { markdownTable } from 'markdown-table';
import type { AttackRun } from '../../src/audit/attack.ts';
import { comparePoisoned, withoutPoison } from '../../src/audit/compare-targets.ts';
import { copiesWord, dPrimes } from '../../src/audit/copies-report.ts';
import type { Targeted } from '../../src/audit/targeted.ts';
import { randomTargets } from '../../src/audit/targets.ts';
import type { Runtime } from '../../src/onnx/runtime.ts';
import type { Leakage } from '../../src/stats/leakage.ts';
import { median } from '../../src/stats/lira.ts';
import { sharedFloats } from '../../src/tensor/shared.ts';
import type { Recipe } from '../../src/training/recipe.ts';
import { makeSubject } from '../../src/training/subject.ts';
import { assignUnits } from '../../src/training/units.ts';
import { dataFolder } from '../detection/data-sets.ts';
import { openProcessor } from '../performance/processor.ts';
import { attackRun, type BenchSubject } from './attack-run.ts';
import { IMAGE, readCifar } from './cifar-images.ts';
import { type BenchLine, type BenchOptions, runJobs } from './recorded.ts';
import { smallNetwork } from './small-network.ts';
import { imagePool } from './subjects.ts';

const SEEDS = [201, 202, 203] as const;
const RATES = [0.001, 0.01] as const;

/** Everything that the answer depends on. */
export interface CifarJob {
  readonly bench: 'cifar';
  readonly seed: number;
  /** Images of each class; half of them train a model. */
  readonly each: number;
  readonly targets: number;
  readonly copies: number;
  /** Copies in one ensemble are at most this share of the images. */
  readonly share: number;
  readonly models: number;
  readonly filters: readonly number[];
  readonly hidden: number;
  readonly recipe: Recipe;
}

const SETTING: Omit<CifarJob, 'seed'> = {
  ...{
    bench: 'cifar',
    each: 1000,
    targets: 250,
    copies: 8,
    share: 0.1,
    models: 16,
    filters: [16, 32, 64],
    hidden: 128,
  },
  recipe: { optimizer: 'adamw', rate: 0.002, decay: 0.001, batch: 32, epochs: 15 },
};

/** What models say of the targets, with or without their copies. */
interface Side {
  readonly rates: readonly Pick<Leakage, 'rate' | 'tpr' | 'error' | 'falsePositives'>[];
  readonly others: number;
  readonly area: number;
  readonly dPrime: number;
  /** Of rows that trained a model (copies and the rows that they contradict included), and of others. */
  readonly trainAccuracy: number;
  readonly testAccuracy: number;
}

export interface CifarLine extends BenchLine<CifarJob> {
  readonly slice: string;
  readonly images: number;
  readonly without: Side;
  readonly poisoned: Side;
  readonly differences: readonly { readonly rate: number; readonly difference: number; readonly error: number }[];
  readonly seconds: number;
  /** Seconds of all cores together. */
  readonly processorSeconds: number;
}

/**
 * Targeted poisoning of a convolutional network that is trained from scratch: the same targets with and without their
 * copies, models paired.
 */
export async function benchCifar({ seeds, ...how }: BenchOptions): Promise<string> {
  const jobs = (seeds ?? SEEDS).map((seed): CifarJob => ({ ...SETTING, seed }));
  const threads = availableParallelism();
  const runtime = await openProcessor(threads);
  try {
    return cifarTable(await runJobs<CifarLine>(jobs, how, (job) => runCifar(job, threads, runtime)));
  } finally {
    await runtime.close();
  }
}

export async function runCifar(job: CifarJob, threads: number, runtime: Runtime): Promise<CifarLine> {
  const started = performance.now();
  const before = process.cpuUsage();
  const { seed, targets: count, copies, share } = job;
  const subject = await openCifar(job, threads);
  const { slice } = subject.training.plan;
  const run = attackRun(subject, { runtime, seed: `bench/${seed}`, options: { targets: count, poisons: [0, copies] } });
  const fits: number[] = [];
  const at: AttackRun = {
    ...run,
    async train(order) {
      const ensemble = await run.train(order);
      fits.push(ensemble.trainAccuracy);
      return ensemble;
    },
  };
  const targets = randomTargets(at);
  const untouched = await withoutPoison(at, { whom: 'random images', targets, seed: at.seed });
  const poisoning = { name: copiesWord(copies), copies: targets.map(() => copies), share };
  const { leakage, clean, poisoned } = await comparePoisoned(at, untouched, poisoning, RATES);
  const { user, system } = process.cpuUsage(before);
  const [ofClean, ...ofPoisoned] = fits as [number, ...number[]];
  const meanFit = ofPoisoned.reduce((sum, fit) => sum + fit, 0) / ofPoisoned.length;
  return {
    job,
    slice: slice.kind === 'model' ? slice.title : slice.kind,
    images: subject.pool.rows.length,
    without: sideOf(leakage.map((one) => one.before), clean, ofClean), // biome-ignore format: one idea
    poisoned: sideOf(leakage.map((one) => one.after), poisoned, meanFit), // biome-ignore format: one idea
    differences: leakage.map(({ after, difference, error }) => ({ rate: after.rate, difference, error })),
    seconds: (performance.now() - started) / 1000,
    processorSeconds: (user + system) / 1e6,
  };
}

function sideOf(leakage: readonly Leakage[], models: Targeted, trainAccuracy: number): Side {
  return {
    rates: leakage.map(({ rate, tpr, error, falsePositives }) => ({ rate, tpr, error, falsePositives })),
    others: leakage[0]!.scores.others.length,
    area: leakage[0]!.area,
    dPrime: median(Float64Array.from(dPrimes(models).filter(Number.isFinite))),
    trainAccuracy,
    testAccuracy: models.accuracy,
  };
}

async function openCifar({ each, models, filters, hidden, recipe }: CifarJob, threads: number): Promise<BenchSubject> {
  const images = await readCifar(dataFolder()!, each, threads);
  const pool = imagePool(images);
  const slice = smallNetwork({ image: IMAGE, filters, hidden, classes: images.classes.length });
  const values = sharedFloats(images.pixels.length);
  values.set(images.pixels);
  const units = assignUnits(pool.rows, pool.groups, []);
  const subject = makeSubject(pool.rows, units, { values, width: slice.width }, 'classification');
  const plan = { nonce: 'bench', membershipKey: 'bench', slice, recipe, models };
  return { pool, training: { subject, plan }, blocks: null };
}

/** Two lines a seed: the same targets without and with their copies. */
export function cifarTable(lines: readonly CifarLine[]): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  const cells = ({ rates, others, area, dPrime, trainAccuracy, testAccuracy }: Side) => [
    ...rates.flatMap(({ tpr, error, falsePositives }) => [
      `${percent(tpr)} ± ${percent(1.96 * error)}`,
      `${falsePositives} of ${others}`,
    ]),
    ...[area.toFixed(3), dPrime.toFixed(2), percent(trainAccuracy), percent(testAccuracy)],
  ];
  const factors = ({ without, poisoned }: CifarLine) =>
    poisoned.rates.map(({ tpr }, index) => {
      const { tpr: before } = without.rates[index]!;
      return before > 0 ? `x ${(tpr / before).toFixed(1)}` : 'from none';
    });
  const rows = lines.flatMap((line) => {
    const { job, images, without, poisoned } = line;
    const name = [String(job.seed), String(images), `${job.targets}`];
    return [
      [...name, 'none', ...cells(without), ''],
      [...name, String(job.copies), ...cells(poisoned), factors(line).join(', ')],
    ];
  });
  const heads = ['seed', 'images', 'targets', 'copies', 'TPR at 0.1% FPR', 'false positives', 'TPR at 1% FPR', 'false positives']; // biome-ignore format: one row
  return markdownTable([[...heads, 'AUC', "median d'", 'train accuracy', 'test accuracy', 'factor at 0.1%, 1%'], ...rows]); // biome-ignore format: one row
}
