import type { Experiment, ExperimentResult } from '../evidence/experiment.ts';
import type { Ensemble, Scores } from '../evidence/scores.ts';
import { keyOf } from '../tensor/random.ts';
import { trainEnsemble, type WeightStore } from './ensemble.ts';
import { type MembershipRequest, membershipBits } from './membership.ts';
import type { Plan } from './plan.ts';
import type { Runtime } from './runtime.ts';
import { baseKey, type TrainingSubject, withPlanted } from './subject.ts';

export interface TrainingRun {
  readonly subject: TrainingSubject;
  readonly plan: Plan;
  readonly runtime: Runtime;
  readonly store: WeightStore | null;
  /** Told which ensemble is trained and its finished share in [0,1]. */
  readonly progress: (ensemble: string, share: number) => void;
}

/**
 * The ensembles of a review: `base` (no change row), `with` (the whole change always in) and `screen` (a fair bit per
 * change unit). They share membership bits, initial weights and batch order. Without change rows `with` is
 * `base`; a new data set has nothing to be compared with, and nothing is trained.
 */
export async function trainScores(
  run: TrainingRun,
  { screen: wantsScreen }: { readonly screen: boolean },
): Promise<Scores> {
  const { rows } = run.subject;
  const hasBase = rows.some((row) => row.inBase && row.split === 'train');
  const hasChange = rows.some((row) => row.inBase !== row.inHead && row.split === 'train');
  const { plan } = run;
  const membership = { membershipKey: plan.membershipKey, models: plan.models };
  const base = hasBase ? await train(run, 'base', { ...membership, change: 'out' }, keyOf(plan.membershipKey)) : null;
  if (!hasChange || !hasBase) return { base, with: base, screen: null };
  const applied = await train(run, 'with', { ...membership, change: 'in' }, keyOf(plan.membershipKey));
  if (!wantsScreen) return { base, with: applied, screen: null };
  const screen = await train(run, 'screen', { ...membership, change: { key: plan.nonce } }, keyOf(plan.membershipKey));
  return { base, with: applied, screen };
}

/** Runs one experiment with seeds and bits of its own. */
export async function runExperiment(run: TrainingRun, experiment: Experiment): Promise<ExperimentResult> {
  const { plan } = run;
  const key = `${plan.nonce}/${experiment.seed}`;
  const membership = { membershipKey: `${key}/membership`, models: experiment.shadows };
  if (experiment.kind === 'plant') {
    const subject = withPlanted(run.subject, experiment.plant, experiment.seed);
    const ensemble = await train({ ...run, subject }, 'screen', { ...membership, change: { key } }, keyOf(key));
    return { experiment, ensemble };
  }
  const forced = { inside: new Set(experiment.inside), without: new Set(experiment.without) };
  const name = experiment.without.length > 0 ? 'without' : 'with';
  return { experiment, ensemble: await train(run, name, { ...membership, ...forced, change: 'in' }, keyOf(key)) };
}

function train(
  { subject, plan, runtime, store, progress }: TrainingRun,
  name: Ensemble['name'],
  request: Omit<MembershipRequest, 'rows' | 'units'>,
  seed: number,
): Promise<Ensemble> {
  const inside = membershipBits({ ...request, rows: subject.rows, units: subject.units });
  const kept =
    store && name === 'base'
      ? { store, key: baseKey(subject, plan, `${runtime.runtime}-${runtime.provider}`) }
      : undefined;
  return trainEnsemble(
    {
      set: subject.set,
      slice: plan.slice,
      recipe: plan.recipe,
      order: { name, models: request.models, inside, seed },
      runtime,
      kept,
    },
    (share) => progress(name, share),
  );
}
