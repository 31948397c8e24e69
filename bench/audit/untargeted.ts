import { parseArgs } from 'node:util';
import { untargeted } from '../../src/audit/untargeted.ts';
import { type AttackBench, benchAttack } from './answer-attack.ts';

/** Half of what an audit trains: thousands of rows are judged, and six ensembles a data set and seed are many. */
const MODELS = 32;
/** No default of the audit was chosen on these. */
const SEEDS = [301, 302, 303] as const;

/** Untargeted poisoning at 1, 10 and 50% of the rows: what becomes of everyone else's, and the gain in precision. */
export function benchUntargeted({ seeds, ...more }: AttackBench): Promise<string> {
  const options = { attacks: null, poisons: [0], targets: 200, thorough: false, by: null };
  return benchAttack(untargeted, { seeds: seeds ?? SEEDS, ...more, models: MODELS }, options);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { seeds: { type: 'string' }, out: { type: 'string' }, data: { type: 'string' } },
  });
  const seeds = values.seeds?.split(',').map(Number) ?? null;
  console.log(await benchUntargeted({ seeds, out: values.out ?? null, data: values.data?.split(',') }));
}
