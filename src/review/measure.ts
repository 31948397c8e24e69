import type { Check } from '../checks/check.ts';
import { type Evidence, makeEvidence } from '../evidence/evidence.ts';
import type { ExperimentResult } from '../evidence/experiment.ts';
import type { Runtime } from '../onnx/runtime.ts';
import { ensembleFlops, type Plan } from '../training/plan.ts';
import { predictedFlops } from '../training/predicted-flops.ts';
import { askProbes } from '../training/probes.ts';
import { runExperiment, trainScores } from '../training/run.ts';
import { type TrainingSubject, trainingRows } from '../training/subject.ts';
import { type Answer, answerAll, wantedExperiments, withResults } from './answer.ts';
import type { EngineRequest } from './request.ts';
import type { Prepared } from './subject.ts';
import type { Tools } from './tools.ts';

/** What was measured about one data set, and what it cost. */
export interface Measured {
  readonly evidence: Evidence;
  readonly answers: readonly Answer[];
  /** Shadow models that were trained. */
  readonly shadows: number;
  readonly flops: number;
  readonly runtime: Pick<Runtime, 'provider' | 'runtime' | 'tried'> | null;
  readonly cached: boolean;
  /** True when the clock cut an experiment. */
  readonly cut: boolean;
}

interface Order {
  readonly prepared: Prepared;
  readonly training: { readonly subject: TrainingSubject; readonly plan: Plan } | null;
  readonly checks: readonly Check[];
  readonly context: {
    readonly request: EngineRequest;
    readonly tools: Tools;
    readonly start: number;
    progress(step: string, done: number): void;
  };
}

/** Shares of the work that the progress line counts with. */
const PREPARED = 0.05;
const SCORED = 0.4;
const EXPERIMENTED = 0.95;
/** Experiments are asked for, run, and, since a check may ask for more once it sees them, asked for again. */
const ROUNDS = 3;

/** Trains the ensembles, runs the rounds of experiments inside the budget, and asks the checks. */
export async function measure({ prepared, training, checks, context }: Order): Promise<Measured> {
  const { tools, request, progress, start } = context;
  if (!training)
    return {
      evidence: prepared.evidence,
      answers: answerAll(checks, prepared.evidence, request.config),
      shadows: 0,
      flops: 0,
      runtime: null,
      cached: false,
      cut: false,
    };
  const { subject, plan } = training;
  progress('looking for a device', PREPARED);
  const runtime = await tools.runtime(plan, predictedFlops(training));
  const count = { trained: 0, found: 0 };
  const store = tools.store && {
    get: async (key: string) => {
      const kept = await tools.store!.get(key);
      if (kept) count.found++;
      return kept;
    },
    put: tools.store.put,
  };
  let done = PREPARED;
  let width = (SCORED - PREPARED) / 3;
  let shadowsBefore = 0;
  const run = {
    subject,
    plan,
    runtime,
    store,
    progress: (name: string, share: number) => progress(`training shadow models (${name})`, done + width * share),
  };
  const probing = prepared.probes && askProbes(run, prepared.probes);
  const began = tools.seconds();
  const scores = await trainScores(
    {
      ...run,
      progress: (name, share) => {
        const finished = name === 'base' ? 0 : name === 'with' ? 1 : 2;
        done = PREPARED + width * finished;
        run.progress(name, share);
      },
    },
    { screen: checks.some(({ needs }) => needs.includes('screen')), each: probing?.each },
  );
  shadowsBefore =
    [scores.base, scores.with, scores.screen].filter((one, index, all) => one && all.indexOf(one) === index).length *
    plan.models;
  const perShadow = (tools.seconds() - began) / Math.max(1, shadowsBefore);
  let full = makeEvidence({ ...prepared.evidence, scores, ...(probing ? { probes: probing.answered() } : {}) });
  done = SCORED;
  for (let round = 0; round < ROUNDS; round++) {
    const wanted = wantedExperiments(checks, full, request.config);
    if (wanted.length === 0) break;
    const results: ExperimentResult[] = [];
    // Half of what is left: another round may follow.
    width = (EXPERIMENTED - done) / (round + 1 < ROUNDS ? 2 : 1) / wanted.length;
    for (const { experiment, ids } of wanted) {
      const left = request.limits.budgetSeconds - (tools.seconds() - start);
      const cut = left < perShadow * experiment.shadows;
      const result = cut ? { ensemble: null } : await runExperiment(run, experiment);
      results.push(...ids.map((id) => ({ ...result, experiment: { ...experiment, id } })));
      if (!cut) count.trained += experiment.shadows;
      done += width;
    }
    full = withResults(full, results);
  }
  progress('asking the checks', 0.97);
  const trained = shadowsBefore + count.trained;
  return {
    evidence: full,
    answers: answerAll(checks, full, request.config),
    shadows: trained,
    flops: ensembleFlops(plan.slice, plan.recipe.epochs, trainingRows(subject.rows).length, trained),
    runtime,
    cached: count.found > 0,
    cut: full.experiments.some(({ ensemble }) => ensemble === null),
  };
}
