import { armsOf } from '../stats/arms.ts';
import type { Compared } from './compare-targets.ts';

/**
 * Copies for each target: one step before the number at which even models that were trained on it err, for then its
 * scores as a member fall, too (Chameleon, Chaudhari et al., ICLR 2024). An attacker's own shadow models tell.
 * @param byCopies the same targets under rising numbers of copies; these models are not to judge what is chosen.
 */
export function adaptCopies(byCopies: readonly Pick<Compared, 'poisoning' | 'poisoned'>[]): number[] {
  return byCopies[0]!.poisoning.copies.map((_, target) => {
    let chosen = 0;
    for (const { poisoning, poisoned } of byCopies) {
      const { phi, inside, rows } = poisoned.scored;
      // phi above 0: the model gives the row's own class more than all others together.
      if (!(armsOf(phi, inside, { row: target, rows }).inMean > 0)) break;
      chosen = poisoning.copies[target]!;
    }
    return chosen;
  });
}
