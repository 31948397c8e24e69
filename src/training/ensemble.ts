import type { Ensemble, EnsembleName } from '../evidence/scores.ts';
import type { Runtime } from '../onnx/runtime.ts';
import { hash32 } from '../tensor/random.ts';
import { scoreGroup, type TrainingSet, trainGroup, type Weights } from './group.ts';
import { groupSize, groupsOf } from './groups.ts';
import { inLanes } from './lanes.ts';
import type { Recipe } from './recipe.ts';
import { refuseDivergence } from './refuse-divergence.ts';
import type { Slice } from './slice.ts';

export interface EnsembleOrder {
  readonly name: EnsembleName;
  readonly models: number;
  /** [M,N]: 1 where the row trains the model. */
  readonly inside: Uint8Array;
  /** Keys initial weights and batch order; ensembles with equal seeds share both. */
  readonly seed: number;
}

/** Keeps trained weights by content, so that an unchanged base is not trained twice. */
export interface WeightStore {
  /** Null when nothing is kept under the key, or what is kept is damaged. */
  get(key: string): Promise<Record<string, Float32Array> | null>;
  put(key: string, weights: Readonly<Record<string, Float32Array>>): Promise<void>;
}

/** Looks at the models of one group, the first of which has the number `first`. */
export type EachGroup = (weights: Weights, group: { readonly first: number; readonly models: number }) => Promise<void>;

/**
 * Trains M shadow models in groups, as many groups at once as the runtime has lanes, and asks each about every row.
 * `progress` is told each finished share in [0,1].
 */
export async function trainEnsemble(
  at: {
    set: TrainingSet;
    slice: Slice;
    recipe: Recipe;
    order: EnsembleOrder;
    runtime: Runtime;
    /** With a store, groups are looked up under this key first. */
    kept?: { store: WeightStore; key: string } | undefined;
    each?: EachGroup | undefined;
    /** Steps of one `session.run`; usually left out. */
    stepsPerRun?: number;
  },
  progress: (share: number) => void = () => {},
): Promise<Ensemble> {
  const { set, slice, recipe, runtime, kept, stepsPerRun } = at;
  const { name, models, inside, seed } = at.order;
  const N = set.rowKeys.length;
  const phi = new Float32Array(models * N);
  const right = new Uint8Array(models * N);
  const groups = groupsOf({ inside, models, batch: recipe.batch }, groupSize(slice, recipe.batch, runtime.group));
  const trained = new Float64Array(groups.length);

  await inLanes([...groups.keys()], runtime.lanes, async (index) => {
    const { first, models: size } = groups[index]!;
    const keys = Array.from({ length: size }, (_, i) => hash32(seed, first + i, 0x30de1));
    const cells = [first * N, (first + size) * N] as const;
    const key = `${kept?.key}-${first}-${size}`;
    let weights: Weights | null = (await kept?.store.get(key)) ?? null;
    if (!weights) {
      const group = { set, slice, recipe, runtime, stepsPerRun, modelKeys: keys, inside: inside.subarray(...cells) };
      weights = await trainGroup(group, (share) => {
        trained[index] = share * size;
        progress(trained.reduce((sum, one) => sum + one, 0) / models);
      });
      await kept?.store.put(key, weights);
    }
    trained[index] = size;
    const scores = { phi: phi.subarray(...cells), right: right.subarray(...cells) };
    await scoreGroup({ set, slice, runtime, weights, models: size }, scores);
    await at.each?.(weights, { first, models: size });
  });
  refuseDivergence(phi, name);
  return { name, models, rows: N, phi, inside, ...accuracies(right, inside) };
}

function accuracies(right: Uint8Array, inside: Uint8Array): { trainAccuracy: number; testAccuracy: number } {
  const hits = [0, 0];
  const counts = [0, 0];
  for (let i = 0; i < right.length; i++) {
    const arm = inside[i]!;
    hits[arm]! += right[i]!;
    counts[arm]!++;
  }
  return { trainAccuracy: hits[1]! / Math.max(1, counts[1]!), testAccuracy: hits[0]! / Math.max(1, counts[0]!) };
}
