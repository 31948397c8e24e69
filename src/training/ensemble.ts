import type { Ensemble, EnsembleName } from '../evidence/scores.ts';
import type { Runtime } from '../onnx/runtime.ts';
import { hash32 } from '../tensor/random.ts';
import { scoreGroup, type TrainingSet, trainGroup, type Weights } from './group.ts';
import { inLanes } from './lanes.ts';
import type { Recipe } from './recipe.ts';
import { refuseDivergence } from './refuse-divergence.ts';
import type { Slice } from './slice.ts';

/** Models that are trained together: few, so that their weights sit in the cache and every lane has groups to train. */
export const GROUP = 4;

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
  },
  progress: (share: number) => void = () => {},
): Promise<Ensemble> {
  const { set, slice, recipe, runtime, kept } = at;
  const { name, models, inside, seed } = at.order;
  const N = set.rowKeys.length;
  const phi = new Float32Array(models * N);
  const right = new Uint8Array(models * N);
  const firsts = Array.from({ length: Math.ceil(models / GROUP) }, (_, group) => group * GROUP);
  const shares = new Float64Array(firsts.length);

  await inLanes(firsts, runtime.lanes, async (first) => {
    const keys = Array.from({ length: Math.min(GROUP, models - first) }, (_, i) => hash32(seed, first + i, 0x30de1));
    const cells = [first * N, (first + keys.length) * N] as const;
    const key = `${kept?.key}-${first}-${keys.length}`;
    let weights: Weights | null = (await kept?.store.get(key)) ?? null;
    if (!weights) {
      const group = { set, slice, recipe, runtime, modelKeys: keys, inside: inside.subarray(...cells) };
      weights = await trainGroup(group, (share) => {
        shares[first / GROUP] = share;
        progress(shares.reduce((sum, one) => sum + one, 0) / shares.length);
      });
      await kept?.store.put(key, weights);
    }
    shares[first / GROUP] = 1;
    const scores = { phi: phi.subarray(...cells), right: right.subarray(...cells) };
    await scoreGroup({ set, slice, runtime, weights, models: keys.length }, scores);
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
