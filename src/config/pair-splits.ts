/** A file or folder that may be a split of another: its columns, or its classes. */
export interface Split {
  readonly path: string;
  readonly parts: readonly string[];
}

/** Words for evaluation splits, the one to be evaluated on last of all first. */
const HOLDOUTS = ['test', 'holdout', 'eval', 'validation', 'valid', 'val', 'dev'];
const WORDS = new RegExp(`(?:^|[-_.])(${HOLDOUTS.join('|')})(?=[-_.]|$)`, 'i');
const TRAIN = /(?:^|[-_.])train(?:ing)?(?=[-_.]|$)/i;

/**
 * Joins each evaluation split to the training split that `fits` it: beside it, else anywhere; of several the one whose
 * name is the same but for the word. `others` are further splits of one that has its holdout.
 */
export function pairSplits<S extends Split>(
  splits: readonly S[],
  fits: (holdout: readonly string[], train: readonly string[]) => boolean,
): {
  readonly alone: readonly S[];
  readonly holdoutOf: ReadonlyMap<string, string>;
  readonly others: readonly { readonly path: string; readonly of: string }[];
} {
  const trained = splits.filter(({ path }) => wordOf(path) === null);
  const held = splits
    .filter(({ path }) => wordOf(path) !== null)
    .flatMap((holdout) => {
      const fitting = trained.filter(({ parts }) => fits(holdout.parts, parts));
      const beside = fitting.filter(({ path }) => parent(path) === parent(holdout.path));
      const candidates = beside.length > 0 ? beside : fitting;
      const train = candidates.find(({ path }) => bare(path) === bare(holdout.path)) ?? candidates[0];
      return train ? [{ holdout, train }] : [];
    })
    .sort((a, b) => rank(a.holdout.path) - rank(b.holdout.path));
  const holdoutOf = new Map<string, string>();
  const others: { path: string; of: string }[] = [];
  for (const { holdout, train } of held)
    if (holdoutOf.has(train.path)) others.push({ path: holdout.path, of: train.path });
    else holdoutOf.set(train.path, holdout.path);
  return { alone: splits.filter((split) => !held.some(({ holdout }) => holdout === split)), holdoutOf, others };
}

/** The name of a file without its ending, or of a folder. */
export function stem(path: string): string {
  return lastOf(path).replace(/(?<=.)\.[^.]*$/, '');
}

/** The word that makes it an evaluation split: of its own name, else of its folder's; null for none. */
function wordOf(path: string): string | null {
  if (TRAIN.test(stem(path))) return null;
  const found = WORDS.exec(stem(path)) ?? WORDS.exec(lastOf(parent(path)));
  return found ? found[1]!.toLowerCase() : null;
}

const rank = (path: string): number => HOLDOUTS.indexOf(wordOf(path)!);
const bare = (path: string): string => path.replaceAll(/[-_./]?(?:train(?:ing)?|test|holdout|eval|valid(?:ation)?|val|dev)(?=[-_./]|$)/gi, ''); // biome-ignore format: one idea
const lastOf = (path: string): string => path.split('/').at(-1) ?? path;
const parent = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
