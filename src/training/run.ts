import type { Experiment, ExperimentResult } from '../evidence/experiment.ts';
import type { Ensemble, Scores } from '../evidence/scores.ts';
import type { Runtime } from '../onnx/runtime.ts';
import { keyOf } from '../tensor/random.ts';
import { type EachGroup, trainEnsemble, type WeightStore } from './ensemble.ts';
import { gatherGradients } from './input-gradients.ts';
import { type MembershipRequest, membershipBits } from './membership.ts';
import type { Plan } from './plan.ts';
import type { Privacy } from './recipe.ts';
import { baseKey, changeUnits, experimentKey, hasLabelledBase, type TrainingSubject, withPlanted } from './subject.ts';

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
 * `base`. Where base has no labelled rows all is change: `screen`, half of head's rows in each model, stands alone.
 */
export async function trainScores(
  run: TrainingRun,
  {
    screen: wantsScreen,
    each,
  }: {
    readonly screen: boolean;
    /** Told each trained group of an ensemble. */
    readonly each?: ((name: Ensemble['name']) => EachGroup | undefined) | undefined;
  },
): Promise<Scores> {
  const { rows } = run.subject;
  const hasChange = rows.some((row) => row.inBase !== row.inHead && row.split === 'train');
  const { plan } = run;
  const trained = (name: Ensemble['name'], change: MembershipRequest['change']) =>
    train(
      run,
      name,
      { membershipKey: plan.membershipKey, models: plan.models, change },
      { seed: keyOf(plan.membershipKey), keptAs: name === 'base' ? () => keyOfBase(run) : null, each: each?.(name) },
    );
  const screen = () => trained('screen', { key: plan.nonce });
  if (!hasLabelledBase(rows)) return { base: null, with: null, screen: await screen() };
  const base = await trained('base', 'out');
  if (!hasChange) return { base, with: base, screen: null };
  return { base, with: await trained('with', 'in'), screen: wantsScreen ? await screen() : null };
}

/** Runs one experiment with seeds and bits of its own. */
export async function runExperiment(run: TrainingRun, experiment: Experiment): Promise<ExperimentResult> {
  const { subject, plan } = run;
  const { revision, kind, plant, seed, shadows, privacy } = experiment;
  const key = `${revision === 'base' ? plan.membershipKey : plan.nonce}/${seed}`;
  const keptAs = revision === 'base' ? () => experimentKey(keyOfBase(run), subject, experiment) : null;
  const inside = new Set(experiment.inside);
  const without = new Set([...experiment.without, ...(revision === 'base' ? changeUnits(subject) : [])]);
  const membership = { membershipKey: `${key}/membership`, models: shadows, inside, without };
  const gathered = kind === 'input-gradient' ? gatherGradients(run, shadows) : null;
  const ensemble =
    kind === 'plant'
      ? await train(
          { ...run, subject: withPlanted(subject, plant, seed) },
          'screen',
          { ...membership, change: { key } },
          { seed: keyOf(key), keptAs, privacy },
        )
      : await train(
          run,
          without.size > 0 ? 'without' : 'with',
          { ...membership, change: 'in' },
          { seed: keyOf(key), keptAs, privacy, each: gathered?.each },
        );
  return { experiment, ensemble, gradients: gathered?.gradients ?? null };
}

const keyOfBase = ({ subject, plan, runtime }: TrainingRun) =>
  baseKey(subject, plan, `${runtime.runtime}-${runtime.provider}`);

function train(
  { subject, plan, runtime, store, progress }: TrainingRun,
  name: Ensemble['name'],
  request: Omit<MembershipRequest, 'rows' | 'units'>,
  /** `seed` keys weights and batch order; `keptAs` works out the key under which the weights may be kept. */
  how: {
    readonly seed: number;
    readonly keptAs: (() => string) | null;
    readonly privacy?: Privacy | undefined;
    readonly each?: EachGroup | undefined;
  },
): Promise<Ensemble> {
  const inside = membershipBits({ ...request, rows: subject.rows, units: subject.units });
  const { seed, keptAs, privacy, each } = how;
  const kept = store && keptAs ? { store, key: keptAs() } : undefined;
  return trainEnsemble(
    {
      set: subject.set,
      slice: plan.slice,
      recipe: privacy ? { ...plan.recipe, privacy } : plan.recipe,
      order: { name, models: request.models, inside, seed },
      ...{ runtime, kept, each },
    },
    (share) => progress(name, share),
  );
}
