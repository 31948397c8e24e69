import { oneLine } from '../errors.ts';
import { ownEnsemble } from '../evidence/scores.ts';
import { describePlan, REFERENCE_RATE } from '../training/plan.ts';
import { predictedFlops } from '../training/predicted-flops.ts';
import { describeSlice } from '../training/slice.ts';
import type { Answer } from './answer.ts';
import type { Unjudged } from './judged.ts';
import type { Measured } from './measure.ts';
import type { EngineRequest } from './request.ts';
import type { Review } from './review.ts';
import type { Prepared } from './subject.ts';

/** What became of one data set. */
export interface DataReview {
  readonly answers: readonly Answer[];
  readonly findings: readonly Unjudged[];
  readonly summary: Review['data'][number] | null;
  readonly prepared: Prepared | null;
  readonly measured: Measured | null;
}

/** What was fixed before training; null when nothing was trained. */
export function planOf(reviews: readonly DataReview[], nonce: string): Review['plan'] {
  const plans = reviews.flatMap(({ prepared, measured }) =>
    prepared?.training && (measured === null || measured.shadows > 0)
      ? [{ plan: prepared.training.plan, cut: measured?.cut ?? false }]
      : [],
  );
  if (plans.length === 0) return null;
  return {
    nonce,
    slice: plans
      .map(({ plan }) => describeSlice(plan.slice))
      .join('; ')
      .slice(0, 300),
    shadows: plans[0]!.plan.models,
    epochs: Math.max(...plans.map(({ plan }) => plan.recipe.epochs)),
    cut: plans.some(({ cut }) => cut),
  };
}

/** Models that changed, and those whose slices were planned. */
export function modelsOf({ models }: Pick<EngineRequest, 'models'>, reviews: readonly DataReview[]): Review['models'] {
  const slices = new Map(
    reviews.flatMap(({ prepared }) => {
      const path = prepared?.evidence.subject.model;
      return path && prepared.training ? [[path, describeSlice(prepared.training.plan.slice).slice(0, 300)]] : [];
    }),
  );
  const unchanged = [...slices.keys()].filter((path) => !models.some((model) => model.path === path));
  return [
    ...models.map((model) => ({ ...model, slice: slices.get(model.path) ?? model.slice })),
    ...unchanged.map((path) => ({ path, change: 'none' as const, slice: slices.get(path)! })),
  ];
}

/** What it cost; for a dry run what it is predicted to cost. */
export function costOf(reviews: readonly DataReview[], seconds: number, peakBytes: number): Review['cost'] {
  const trained = reviews.flatMap(({ measured }) => measured ?? []);
  const predicted = reviews.reduce((sum, { prepared, measured }) => {
    return prepared?.training && !measured ? sum + predictedFlops(prepared.training) : sum;
  }, 0);
  const provider = trained.find((one) => one.runtime)?.runtime;
  return {
    seconds,
    shadows: trained.reduce((sum, one) => sum + one.shadows, 0),
    provider: provider?.provider ?? 'none',
    runtime: provider?.runtime ?? 'none',
    ...(provider && provider.tried.length > 0 ? { tried: [...provider.tried] } : {}),
    flops: trained.reduce((sum, one) => sum + one.flops, predicted),
    peak_bytes: peakBytes,
    cached: trained.some(({ cached }) => cached),
  };
}

/** What was assumed and what the review could not see, one sentence each. */
export function notesOf({ prepared, measured, summary }: DataReview): string[] {
  if (!prepared || !summary) return [];
  const { evidence, training } = prepared;
  const name = oneLine(summary.name, 60);
  const gap = measured && ownEnsemble(measured.evidence.scores);
  return [
    ...evidence.remarks.slice(0, 10).map((remark) => `${name}: ${remark}`),
    ...(evidence.sampled
      ? [
          `${name}: ${evidence.columns.base ? 'base' : 'the data set'} is larger than the limit of rows; a sample of it was trained on.`,
        ]
      : []),
    ...(training && !measured
      ? [
          `${name}: plan: ${describePlan(training.plan)}, predicted ${Math.ceil(predictedFlops(training) / REFERENCE_RATE)} s on two cores.`,
        ]
      : []),
    ...(gap
      ? [
          `${name}: a slice audit: ${describePlan(training!.plan)}; shadow models are right on ${(100 * gap.trainAccuracy).toFixed(0)}% of their own rows and ${(100 * gap.testAccuracy).toFixed(0)}% of others.`,
        ]
      : []),
    ...(measured?.cut ? [`${name}: the budget ended before every experiment was run.`] : []),
  ];
}
