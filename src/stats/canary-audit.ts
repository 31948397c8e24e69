import { auditEpsilon, type EpsilonAudit } from './audit-epsilon.ts';
import { type Leakage, leakageOf } from './leakage.ts';
import { heldOutLira, liraScores } from './lira.ts';
import type { ScoredModels } from './paired.ts';

/** How well canaries are recognised, beside other rows of the same models, and what that proves. */
export interface CanaryAudit {
  /** At each rate that was asked for. */
  readonly canaries: readonly Leakage[];
  readonly population: readonly Leakage[];
  /** Null where too few models hold a canary both in and out. */
  readonly epsilon: EpsilonAudit | null;
}

/**
 * Canaries in or out of each model by a fair coin of their own, attacked by LiRA (Aerni, Zhang and Tramèr 2024,
 * arXiv 2404.17399). Thresholds for epsilon are fixed by one half of the models and counted on the other, which is scored
 * by the first half alone: no guess about a coin leans on a coin that is guessed about, as the one-run form demands.
 * @param asked.canaries rows of the ensemble, as is `population`.
 */
export function auditCanaries(
  ensemble: ScoredModels,
  asked: {
    readonly canaries: readonly number[];
    readonly population: readonly number[];
    readonly rates: readonly number[];
    readonly delta: number;
    readonly confidence: number;
  },
): CanaryAudit {
  const { phi, inside, rows: width, models } = ensemble;
  const { canaries, population, rates, ...how } = asked;
  const half = (own: number) => Array.from({ length: models }, (_, model) => model).filter((one) => one % 2 === own);
  const [first, second] = [half(0), half(1)];
  const choosing = liraScores(phi, inside, width, { rows: canaries, models: first });
  const counting = heldOutLira(phi, inside, width, { rows: canaries, shadows: first, targets: second });
  return {
    canaries: leakageOf(ensemble, { rows: canaries, rates }),
    population: leakageOf(ensemble, { rows: population, rates }),
    epsilon: auditEpsilon(choosing, counting, how),
  };
}
