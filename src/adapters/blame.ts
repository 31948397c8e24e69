import { oneLine, UserError } from '../errors.ts';
import type { FileAuthors } from '../source/file-authors.ts';
import { WORKTREE } from '../source/repository.ts';
import { runGit } from './run-git.ts';

const LONGEST_NAME = 200;
/**
 * What the repository configures is not run: no text conversion, and no list of commits to pass over. Files of the work
 * tree, whose filters would be run, are not asked about at all.
 */
const SAFE = ['-c', 'blame.ignoreRevsFile=', '-c', 'blame.markIgnoredLines=false'];

/**
 * Who wrote each line of a committed file, by `git blame`. Throws a UserError where the history cannot tell, or the signal
 * ends it.
 */
export async function blameFile(
  root: string,
  revision: string,
  path: string,
  signal: AbortSignal,
): Promise<FileAuthors> {
  const why = (problem: string, hint: string) => new UserError('authors-unknown', problem, { hint });
  if (revision === WORKTREE)
    throw why('Lines that are not committed have no author.', 'Commit them, or name a column by --by.');
  const late = () => why(`Who wrote ${oneLine(path, 200)} could not be told in time.`, 'Name a column by --by.');
  if (signal.aborted) throw late();
  const shallow = await runGit(root, ['rev-parse', '--is-shallow-repository'], { signal });
  if (shallow.output.toString().trim() !== 'false')
    throw why(
      'This clone is shallow: who wrote older lines is not in it.',
      'Check out with `fetch-depth: 0`, or run `git fetch --unshallow`.',
    );
  const args = ['blame', '--incremental', '--no-textconv', '--root', revision, '--', path];
  const found = await runGit(root, [...SAFE, ...args], { signal });
  if (signal.aborted) throw late();
  if (found.code !== 0)
    throw why(`The history of ${oneLine(path, 200)} does not tell who wrote it.`, 'Name a column by --by.');
  return { path, ...parseBlame(found.output.toString()) };
}

/** Reads what `git blame --incremental` writes: for each run of lines its commit, and the commit's author once. */
export function parseBlame(text: string): Omit<FileAuthors, 'path'> {
  const runs: { first: number; count: number; commit: string }[] = [];
  const authors = new Map<string, string>();
  let commit = '';
  for (const line of text.split('\n')) {
    const head = /^([0-9a-f]{40,64}) \d+ (\d+) (\d+)$/.exec(line);
    if (head) {
      commit = head[1]!;
      runs.push({ commit, first: Number(head[2]), count: Number(head[3]) });
    } else if (line.startsWith('author ')) authors.set(commit, oneLine(line.slice('author '.length), LONGEST_NAME));
  }
  const names = [...new Set(authors.values())];
  const numbers = new Map(names.map((name, index) => [name, index]));
  return {
    names,
    runs: runs
      .sort((x, y) => x.first - y.first)
      .map(({ first, count, commit: own }) => [first, count, numbers.get(authors.get(own) ?? '') ?? -1] as const),
  };
}
