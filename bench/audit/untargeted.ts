import { untargeted } from '../../src/audit/untargeted.ts';
import { benchAttack } from './answer-attack.ts';
import type { BenchOptions } from './recorded.ts';

/** Half of what an audit trains: thousands of rows are judged, and six ensembles a data set and seed are many. */
const MODELS = 32;
/** No default of the audit was chosen on these. */
const SEEDS = [301, 302, 303] as const;

/** Untargeted poisoning at 1, 10 and 50% of the rows: what becomes of everyone else's, and the gain in precision. */
export function benchUntargeted({ seeds, ...how }: BenchOptions): Promise<string> {
  return benchAttack(untargeted, { ...how, seeds: seeds ?? SEEDS }, { models: MODELS, options: {} });
}
