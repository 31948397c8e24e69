import type { AttackRun } from './attack.ts';

/** Of the planned epochs, what is tried. */
const SHARES = [1, 1 / 2, 1 / 4, 1 / 8] as const;
const MODELS = 8;
/** Ensembles that it trains, at most. */
export const EARLY_STOPS = SHARES.length;

/**
 * Epochs after which models do best on rows that they were not trained on: the least mean cross-entropy, nats, of a few
 * numbers of epochs, each a training of its own with its own schedule. Classification alone.
 */
export async function earlyStop(at: AttackRun): Promise<{ readonly epochs: number; readonly planned: number }> {
  const { plan } = at.training!;
  const planned = plan.recipe.epochs;
  const tried = [...new Set(SHARES.map((share) => Math.max(1, Math.round(share * planned))))];
  let best = { epochs: planned, loss: Number.POSITIVE_INFINITY };
  for (const epochs of tried) {
    const { phi, inside, rows } = await at.train({
      ...{ name: `${epochs} epochs`, seed: `${at.seed}/early`, models: MODELS, recipe: { ...plan.recipe, epochs } },
    });
    let [sum, count] = [0, 0];
    phi.forEach((value, cell) => {
      const { split, label } = at.pool.rows[cell % rows]!;
      if (inside[cell] === 1 || split !== 'train' || label === null) return;
      // phi is log p / (1 - p).
      sum += value > 0 ? Math.log1p(Math.exp(-value)) : Math.log1p(Math.exp(value)) - value;
      count++;
    });
    if (sum / count < best.loss) best = { epochs, loss: sum / count };
  }
  return { epochs: best.epochs, planned };
}
