import { loadOnnxruntime, makeRuntime } from '../../src/adapters/onnxruntime.ts';
import { checks as builtChecks } from '../../src/checks/index.ts';
import { defaultConfig } from '../../src/config/defaults.ts';
import { ownEnsemble } from '../../src/evidence/scores.ts';
import { nearestRows } from '../../src/features/nearest-rows.ts';
import { measure } from '../../src/review/measure.ts';
import type { EngineRequest } from '../../src/review/request.ts';
import { prepareSubject } from '../../src/review/subject.ts';
import type { Tools } from '../../src/review/tools.ts';
import { type PairedEffect, pairedEffect } from '../../src/stats/paired.ts';
import { runExperiment, type TrainingRun } from '../../src/training/run.ts';
import { type ChangeOptions, planChange } from './change.ts';
import { dataFolder, readDataSet } from './data-sets.ts';

export interface Job extends ChangeOptions {
  readonly kind: string;
  readonly data: string;
  readonly shadows: number;
  /** Models per arm of the oracle; 0 for none. */
  readonly oracle: number;
  readonly nonce: string;
  readonly checks: readonly string[];
  /** Honest rows count as so many pull requests of equal size. */
  readonly pulls: number;
  /** Seconds at the reference rate that the plan may cost: fixes the slice. */
  readonly budget: number;
  readonly power: number;
  /** Columns that the configuration would call sensitive. */
  readonly sensitive?: readonly string[];
}

export interface JobResult {
  readonly job: Job;
  readonly outcomes: Readonly<
    Record<string, { outcome: string; summary: string; rows: number[]; victims: number[][]; scores: (number | null)[] }>
  >;
  readonly targets: readonly {
    victim: number;
    copies: readonly number[];
    difference: number | null;
    tpr: number | null;
    cheap: boolean;
  }[];
  readonly flipped: readonly number[];
  /** Honest new rows: how many, those that a failing `amplification` names, and how many the cheap baseline alarms on. */
  readonly honest: { readonly count: number; readonly named: readonly number[]; readonly cheap: number };
  readonly metrics: Readonly<Record<string, unknown>>;
  readonly slice: string;
  readonly accuracy: readonly [number, number];
  readonly seconds: number;
}

const CHEAP = 0.8;

/** The made-up pull request of a job, encoded and planned. */
export function prepareJob(job: Job) {
  const data = readDataSet(job.data, dataFolder()!);
  const change = planChange(data, job);
  const request = {
    repository: 'bench',
    config: { ...defaultConfig, checks: { amplification: { power: job.power } } },
    limits: { shadows: job.shadows, budgetSeconds: 1e6, epochs: 'auto', maxRows: 1e6 },
  } as unknown as EngineRequest;
  const planning = { ...request, limits: { ...request.limits, budgetSeconds: job.budget } };
  const prepared = prepareSubject(change.pool, data.name, `${data.name}.csv`, planning, {
    nonce: job.nonce,
    sensitive: job.sensitive ?? [],
  });
  return { change, prepared, request };
}

const nameSlice = ({ slice, recipe }: TrainingRun['plan']) =>
  slice.kind === 'model' ? slice.title : `${slice.kind} ${slice.width}-${slice.hidden} x${recipe.epochs}`;

/** The effect of `without` (units of the change) on a row, by two arms of shadow models with seeds of their own. */
export async function askOracle(
  training: Pick<TrainingRun, 'subject' | 'plan' | 'runtime'>,
  without: readonly number[],
  shadows: number,
  seed: number,
): Promise<(row: number) => PairedEffect | null> {
  const run = { ...training, store: null, progress: () => {} };
  const own = { id: 'oracle', seed: seed + 0x0a11, shadows };
  const arm = { ...own, kind: 'retrain', revision: 'head', inside: [], plant: [] } as const;
  const applied = await runExperiment(run, { ...arm, without: [] });
  const left = await runExperiment(run, { ...arm, without });
  return (row) => pairedEffect(applied.ensemble!, left.ensemble!, row);
}

/**
 * One review of one made-up pull request by the production code, and the oracle's word on each victim. The oracle
 * trains the same models whatever the checks do: `known`, an earlier result of the same change, spares training them
 * again, as long as the slice is the same.
 */
export async function runJob(job: Job, threads: number, known?: JobResult): Promise<JobResult> {
  const started = performance.now();
  const { change, prepared, request } = prepareJob(job);
  const runtime = makeRuntime(loadOnnxruntime(), { threads, kind: 'native' });
  const tools = {
    runtime: async () => runtime,
    store: null,
    seconds: () => performance.now() / 1000,
  } as unknown as Tools;
  const checks = builtChecks.filter(({ id }) => job.checks.includes(id));
  const training = prepared.training!;
  const measured = await measure({
    prepared,
    training,
    checks,
    context: { request, tools, start: 0, progress: () => {} },
  });

  const { rows } = prepared.evidence;
  const poison = change.targets.flatMap(({ copies }) => copies.map((copy) => rows[copy]!.unit));
  const slice = nameSlice(training.plan);
  const kept = known?.slice === slice ? new Map(known.targets.map((target) => [target.victim, target])) : null;
  const oracle =
    kept || job.oracle === 0 ? null : await askOracle({ ...training, runtime }, poison, job.oracle, job.seed);
  const base = rows.flatMap(({ inBase }, index) => (inBase ? [index] : []));
  const cheap = (queries: readonly number[]) => {
    const features = { values: prepared.features.values, width: prepared.features.width };
    const found = nearestRows(features, rows, { queries, candidates: base, k: 1 });
    return queries.map((row, index) => {
      const near = found[index]![0];
      return near !== undefined && near.similarity >= CHEAP && rows[near.index]!.label !== rows[row]!.label;
    });
  };
  const shadows = ownEnsemble(measured.evidence.scores);
  const named = measured.answers
    .filter(({ check, finding }) => check.id === 'amplification' && finding.outcome === 'fail')
    .flatMap(({ finding }) => finding.rows.map(({ row }) => row));
  return {
    job,
    outcomes: Object.fromEntries(
      measured.answers.map(({ check, finding }) => [
        check.id,
        {
          outcome: finding.outcome,
          summary: finding.summary,
          rows: finding.rows.map(({ row }) => row),
          victims: finding.rows.map(({ victims }) => victims.map(({ row }) => row)),
          scores: finding.rows.map(({ score }) => score),
        },
      ]),
    ),
    targets: change.targets.map(({ victim, copies }) => {
      const effect = kept?.get(victim) ?? oracle?.(victim) ?? null;
      return {
        victim,
        copies,
        difference: effect?.difference ?? null,
        tpr: effect?.tpr ?? null,
        cheap: cheap(copies).some(Boolean),
      };
    }),
    flipped: change.flipped,
    honest: {
      count: change.honest.length,
      named: named.filter((row) => change.honest.includes(row)),
      cheap: cheap(change.honest).filter(Boolean).length,
    },
    metrics: Object.fromEntries(
      measured.answers.flatMap(({ check, finding }) =>
        finding.metrics.map((metric) => [
          `${check.id}/${metric.name}/${JSON.stringify(metric.at)}`,
          { base: metric.base, head: metric.head, delta: metric.delta },
        ]),
      ),
    ),
    slice,
    accuracy: [shadows?.trainAccuracy ?? 0, shadows?.testAccuracy ?? 0],
    seconds: (performance.now() - started) / 1000,
  };
}
