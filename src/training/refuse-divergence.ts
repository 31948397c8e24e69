import { UserError } from '../errors.ts';
import type { EnsembleName } from '../evidence/scores.ts';

/**
 * Throws a UserError (`training-diverged`) where a score is no finite number. Every comparison with NaN is false: read
 * by a check, a single diverged model would turn its alarm into a pass.
 */
export function refuseDivergence(phi: Float32Array, name: EnsembleName): void {
  if (phi.every(Number.isFinite)) return;
  throw new UserError('training-diverged', `Shadow models (${name}) diverged: their scores are not finite numbers.`, {
    hint: 'Exclude columns with extreme values (data[].exclude), or train for fewer epochs (shadows.epochs).',
  });
}
