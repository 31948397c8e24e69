import { parseArgs } from 'node:util';
import { byAccess } from '../../src/audit/by-access.ts';
import { type AttackBench, benchAttack } from './answer-attack.ts';

/** No default of the audit was chosen on these. */
const SEEDS = [301, 302, 303] as const;

/** The same 200 rows by what an attacker sees, without poison and with one wrong-label copy of each. */
export function benchAccess({ seeds, ...more }: AttackBench): Promise<string> {
  const options = { attacks: null, poisons: [0, 1], targets: 200, thorough: false, by: null };
  return benchAttack(byAccess, { seeds: seeds ?? SEEDS, ...more, models: 64 }, options);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { seeds: { type: 'string' }, out: { type: 'string' }, data: { type: 'string' } },
  });
  const seeds = values.seeds?.split(',').map(Number) ?? null;
  console.log(await benchAccess({ seeds, out: values.out ?? null, data: values.data?.split(',') }));
}
