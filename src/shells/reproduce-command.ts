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

function shellWord(word: string): string {
  return /^[\w./:,=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
