import type { AuditOptions } from '../audit/attack.ts';

/** What of the command line decides a review's outcome. */
export interface Reproducible {
  readonly configFile: string | null;
  readonly budgetSeconds: number | null;
  readonly shadows: number | null;
  readonly only: readonly string[] | null;
  readonly seed: string | null;
}

/** The command that repeats a review on the same two revisions, fit for a shell. `--seed` is added by the engine. */
export function reproduceCommand(
  options: Reproducible,
  revisions: { readonly base: string; readonly head: string },
): string {
  const words = ['taster', 'review', '--base', revisions.base, '--head', revisions.head];
  if (options.configFile !== null) words.push('--config', options.configFile);
  if (options.budgetSeconds !== null) words.push('--budget', `${options.budgetSeconds}s`);
  if (options.shadows !== null) words.push('--shadows', String(options.shadows));
  if (options.only !== null) words.push('--only', options.only.join(','));
  if (options.seed !== null) words.push('--seed', options.seed);
  return words.map(shellWord).join(' ').slice(0, 1000);
}

/** The command that repeats an audit of the same revision. `--seed` is added by the engine. */
export function auditCommand(
  options: Omit<Reproducible, 'only'> & { readonly data: string | null; readonly attack: AuditOptions },
  revision: string,
): string {
  const { attack, data, configFile, budgetSeconds, shadows, seed } = options;
  const words = ['taster', 'audit', '--head', revision];
  if (data !== null) words.push('--data', data);
  if (attack.attacks !== null) words.push('--attack', attack.attacks.join(','));
  words.push('--poisons', attack.poisons.join(','), '--targets', String(attack.targets));
  if (attack.by !== null) words.push('--by', attack.by);
  if (attack.thorough) words.push('--thorough');
  if (configFile !== null) words.push('--config', configFile);
  if (budgetSeconds !== null) words.push('--budget', `${budgetSeconds}s`);
  if (shadows !== null) words.push('--shadows', String(shadows));
  if (seed !== null) words.push('--seed', seed);
  return words.map(shellWord).join(' ').slice(0, 1000);
}

function shellWord(word: string): string {
  return /^[\w./:,=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
