import { availableParallelism } from 'node:os';
import { markdownTable } from 'markdown-table';
import { dPrimes } from '../../src/audit/copies-report.ts';
import { carriedRates } from '../../src/audit/enough.ts';
import { poisonTargets } from '../../src/audit/targeted.ts';
import { randomTargets } from '../../src/audit/targets.ts';
import type { Runtime } from '../../src/onnx/runtime.ts';
import { leakageOf } from '../../src/stats/leakage.ts';
import { median } from '../../src/stats/lira.ts';
import { describePlan } from '../../src/training/plan.ts';
import { dataFolder } from '../detection/data-sets.ts';
import { openProcessor } from '../performance/processor.ts';
import { attackRun, type BenchSubject } from './attack-run.ts';
import { overSeeds } from './over-seeds.ts';
import { type BenchLine, type BenchOptions, runJobs } from './recorded.ts';
import { openSubject, SUBJECTS, type SubjectName } from './subjects.ts';

const POISONS = [0, 1, 2, 4, 8, 16] as const;
/** No default of the audit was chosen on these. */
const SEEDS = [201, 202, 203, 204, 205] as const;
const [MODELS, TARGETS] = [64, 200];
/** Copies in one ensemble are at most this share of the rows: an audit keeps them at 5%, which takes twice as long. */
const SHARE = 0.2;

interface Job {
  readonly bench: 'truth-serum';
  readonly data: SubjectName;
  readonly seed: number;
  readonly copies: number;
  readonly targets: number;
  readonly models: number;
  readonly share: number;
}

export interface Line extends BenchLine<Job> {
  readonly slice: string;
  readonly rates: readonly {
    readonly rate: number;
    readonly tpr: number;
    readonly falsePositives: number;
    /** Scores of targets that the model was not trained on. */
    readonly others: number;
  }[];
  readonly area: number;
  /** Median over the targets. */
  readonly dPrime: number;
  readonly accuracy: number;
  readonly ensembles: number;
  readonly seconds: number;
}

/**
 * Targeted poisoning by the attack's own code, r copies of each of 200 random targets under one wrong label; a line a
 * data set, number of copies and seed. Equal seeds have the same targets and paired models whatever r.
 */
export async function benchTruthSerum({ seeds, data: asked, ...how }: BenchOptions): Promise<string> {
  const shared = { targets: TARGETS, models: MODELS, share: SHARE } as const;
  // What is cheap comes first; each data set is opened once for all seeds.
  const jobs = POISONS.flatMap((copies) =>
    SUBJECTS.filter((data) => asked?.includes(data) ?? true).flatMap((data) =>
      (seeds ?? SEEDS).map((seed): Job => ({ bench: 'truth-serum', data, seed, copies, ...shared })),
    ),
  );
  const threads = availableParallelism();
  const runtime = await openProcessor(threads);
  let opened: { readonly name: SubjectName; readonly subject: BenchSubject } | null = null;
  try {
    const lines = await runJobs<Line>(jobs, how, async (job) => {
      const at = { data: dataFolder()!, models: job.models, threads, runtime };
      if (opened?.name !== job.data) opened = { name: job.data, subject: await openSubject(job.data, at) };
      return await runJob(job, opened.subject, runtime);
    });
    return truthSerumTable(lines);
  } finally {
    await runtime.close();
  }
}

async function runJob(job: Job, subject: BenchSubject, runtime: Runtime): Promise<Line> {
  const started = performance.now();
  const { targets: count, copies, models, share } = job;
  const seed = `bench/${job.seed}`;
  const at = attackRun(subject, { runtime, seed, options: { targets: count, poisons: [copies] } });
  const targets = randomTargets(at);
  const order = { name: `${job.data}, ${copies} copies`, copies: targets.map(() => copies), seed, share };
  const poisoned = await poisonTargets(at, targets, order);
  const rows = targets.map((_, index) => index);
  const leakage = leakageOf(poisoned.scored, { rows, rates: carriedRates(targets.length, models) });
  return {
    job,
    slice: describePlan(subject.training.plan),
    rates: leakage.map(({ rate, tpr, falsePositives, scores }) => {
      return { rate, tpr, falsePositives, others: scores.others.length };
    }),
    area: leakage[0]!.area,
    dPrime: median(Float64Array.from(dPrimes(poisoned).filter(Number.isFinite))),
    accuracy: poisoned.accuracy,
    ensembles: poisoned.batches,
    seconds: (performance.now() - started) / 1000,
  };
}

const NAMES: Readonly<Record<SubjectName, string>> = {
  ...{ location30: 'Location-30', sms: 'SMS', adult: 'Adult' },
  ...{ 'cifar-linear': 'CIFAR-10, linear', 'cifar-mlp': 'CIFAR-10, MLP' },
};

/** A line a data set and number of copies: means over seeds with 95% intervals, false positives of all seeds. */
export function truthSerumTable(lines: readonly Line[]): string {
  const names = SUBJECTS.filter((name) => lines.some(({ job }) => job.data === name));
  const rows = names.flatMap((data) =>
    POISONS.flatMap((copies) => {
      const own = lines.filter(({ job }) => job.data === data && job.copies === copies);
      return own.length === 0 ? [] : [rowOf(NAMES[data], copies, own)];
    }),
  );
  const slices = names.map((data) => `${NAMES[data]}: ${lines.find(({ job }) => job.data === data)!.slice}`);
  const heads = ['data', 'copies', 'seeds', 'TPR at 0.1% FPR', 'false positives', 'TPR at 1% FPR', 'false positives']; // biome-ignore format: one row
  const table = markdownTable([[...heads, 'AUC', "median d'", 'accuracy'], ...rows]);
  return `${table}\n\n${slices.join('; ')}.`;
}

function rowOf(data: string, copies: number, own: readonly Line[]): string[] {
  const rate = (asked: number) => {
    const found = own.flatMap(({ rates }) => rates.filter((one) => one.rate === asked));
    const { mean, low, high } = overSeeds(found.map(({ tpr }) => tpr));
    const sum = (key: 'falsePositives' | 'others') => found.reduce((total, one) => total + one[key], 0);
    const interval = found.length < 2 ? '' : ` [${percent(Math.max(0, low))}, ${percent(Math.min(1, high))}]`;
    return [`${percent(mean)}%${interval}`, `${sum('falsePositives')} of ${sum('others')}`];
  };
  const mean = (key: 'area' | 'dPrime' | 'accuracy') => overSeeds(own.map((line) => line[key])).mean;
  return [
    ...[data, String(copies), String(own.length), ...rate(0.001), ...rate(0.01)],
    ...[mean('area').toFixed(3), mean('dPrime').toFixed(2), `${percent(mean('accuracy'))}%`],
  ];
}

const percent = (share: number) => (100 * share).toFixed(1);
