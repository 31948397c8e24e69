import type { Recipe } from '../training/recipe.ts';
import type { AttackRun } from './attack.ts';
import { earlyStop } from './early-stop.ts';
import { nearCopy, UNKNOWN_SHARE } from './near-copy.ts';
import { CLIP, privateRecipe } from './private-recipe.ts';
import { keepOnce, nearnessOf, refuseConflicts } from './sanitise.ts';
import type { ExtraRow } from './shadows.ts';
import { REFUSED, refuseSuspects } from './suspect-labels.ts';
import type { Defended } from './targeted.ts';
import type { Target } from './targets.ts';
import { percent } from './words.ts';

/** Something that a user could do about poison. */
export interface Defence {
  readonly name: string;
  readonly recipe?: Recipe;
  /** What becomes of the copies and of other rows before training. */
  readonly defended?: (
    copies: readonly ExtraRow[],
    order: { readonly seed: string; readonly models: number },
  ) => Defended | Promise<Defended>;
  /** Copies are not the target's own features. */
  readonly features?: (target: Target) => Float32Array;
  /** What it promises against adding or removing a row; infinite where it promises nothing, null where it makes no such claim. */
  readonly epsilon: number | null;
  /** Whether it does nothing where there is no poison. */
  readonly sameClean?: true;
}

const EPSILONS = { usual: [50, 8], thorough: [200, 50, 8, 2] } as const;

/** The defences, in the order in which they are tried: those that cost least first. */
export async function defencesFor(
  at: AttackRun,
  { targets, trainingRows, delta }: { targets: readonly Target[]; trainingRows: number; delta: number },
): Promise<Defence[]> {
  const { recipe } = at.training!.plan;
  const features = (target: Target) => nearCopy(at, target.row);
  const unlike = `copies ${percent(UNKNOWN_SHARE)} unlike`;
  const near = nearnessOf(at);
  const conflicts: Defence['defended'] = (copies, order) => refuseConflicts(at, { ...order, near }, copies);
  const suspects: Defence['defended'] = (copies, order) => refuseSuspects(at, order, copies);
  const free = { epsilon: null, sameClean: true } as const;
  const { epochs } = await earlyStop(at);
  const stopped: Defence[] =
    epochs === recipe.epochs
      ? []
      : [{ name: `stopped after ${epochs} of ${recipe.epochs} epochs`, recipe: { ...recipe, epochs }, epsilon: null }];
  return [
    { name: 'copies in conflict with a row refused', defended: conflicts, ...free },
    {
      name: `labels that surprise a model refused (${percent(REFUSED)} of honest rows, too)`,
      defended: suspects,
      ...free,
    },
    { name: 'near copies kept once', defended: (copies) => keepOnce(at, targets, copies), epsilon: null },
    ...stopped,
    ...[10, 100].map((times): Defence => {
      return { name: `weight decay x ${times}`, recipe: { ...recipe, decay: times * recipe.decay }, epsilon: null };
    }),
    {
      name: `gradients of rows cut to ${CLIP}`,
      recipe: { ...recipe, privacy: { clip: CLIP, noise: 0 } },
      epsilon: Number.POSITIVE_INFINITY,
    },
    ...EPSILONS[at.options.thorough ? 'thorough' : 'usual'].map((wanted): Defence => {
      const how = privateRecipe(recipe, { trainingRows, epsilon: wanted, delta });
      return { name: `DP-SGD, epsilon ${wanted}`, ...how };
    }),
    { name: `none, ${unlike}`, features, ...free },
    { name: `copies in conflict with a row refused, ${unlike}`, features, defended: conflicts, ...free },
    ...(at.options.thorough
      ? [{ name: `labels that surprise a model refused, ${unlike}`, features, defended: suspects, ...free }]
      : []),
  ];
}
