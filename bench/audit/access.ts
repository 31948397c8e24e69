import { byAccess } from '../../src/audit/by-access.ts';
import { benchAttack } from './answer-attack.ts';
import type { BenchOptions } from './recorded.ts';

/** No default of the audit was chosen on these. */
const SEEDS = [301, 302, 303] as const;

/** The same 200 rows by what an attacker sees, without poison and with one wrong-label copy of each. */
export function benchAccess({ seeds, ...how }: BenchOptions): Promise<string> {
  return benchAttack(byAccess, { ...how, seeds: seeds ?? SEEDS }, { models: 64, options: { poisons: [0, 1] } });
}
