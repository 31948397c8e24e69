import { type Batches, epochBatches } from './order.ts';
import { paddedBatches, poissonDraws } from './poisson.ts';
import type { Recipe } from './recipe.ts';

/** The batches that one run takes: some whole epochs. */
export interface RunBatches extends Batches {
  readonly epochs: number;
  readonly stepsPerEpoch: number;
}

interface Group {
  readonly inside: Uint8Array;
  readonly rowKeys: Uint32Array;
  readonly modelKeys: readonly number[];
  readonly recipe: Recipe;
  /** Steps of a run, at most, but for an epoch that is longer. */
  readonly stepsPerRun: number;
}

/**
 * The batches of a group's training: shuffled ones of `recipe.batch` rows, or where the recipe is private a draw of each
 * row at each step. @returns the rows of the widest batch, and the batches from an epoch on (null behind the last).
 */
export function groupBatches(group: Group): { readonly width: number; from(epoch: number): RunBatches | null } {
  const { recipe } = group;
  const epochsOf = (epoch: number, steps: number) =>
    Math.min(recipe.epochs - epoch, Math.max(1, Math.floor(group.stepsPerRun / steps)));
  if (!recipe.privacy)
    return {
      width: recipe.batch,
      from: (epoch) => (epoch < recipe.epochs ? shuffled(group, epoch, (steps) => epochsOf(epoch, steps)) : null),
    };
  const stepsPerEpoch = stepsOf(group);
  const { drawn, most } = poissonDraws({ ...group, steps: stepsPerEpoch, epochs: recipe.epochs });
  return {
    width: most,
    from(epoch) {
      if (epoch >= recipe.epochs) return null;
      const epochs = epochsOf(epoch, stepsPerEpoch);
      const part = drawn.slice(epoch * stepsPerEpoch, (epoch + epochs) * stepsPerEpoch);
      return { ...paddedBatches(part, most), epochs, stepsPerEpoch };
    },
  };
}

/** Steps of an epoch, in which every row is drawn once on average: those that shuffled batches would take. */
function stepsOf({ inside, modelKeys, recipe }: Group): number {
  const N = inside.length / modelKeys.length;
  const sizes = modelKeys.map((_, model) =>
    inside.subarray(model * N, (model + 1) * N).reduce((sum, one) => sum + one, 0),
  );
  return Math.max(1, Math.ceil(Math.max(...sizes) / recipe.batch));
}

function shuffled(group: Group, epoch: number, epochsOf: (steps: number) => number): RunBatches {
  const { batch } = group.recipe;
  const first = epochBatches({ ...group, epoch, batch });
  const epochs = epochsOf(first.steps);
  const cells = first.rows.length;
  const rows = new Int32Array(epochs * cells);
  const weights = new Float32Array(epochs * cells);
  for (let i = 0; i < epochs; i++) {
    const one = i === 0 ? first : epochBatches({ ...group, epoch: epoch + i, batch });
    rows.set(one.rows, i * cells);
    weights.set(one.weights, i * cells);
  }
  return { rows, weights, epochs, stepsPerEpoch: first.steps, steps: epochs * first.steps };
}
