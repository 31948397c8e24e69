import { type MaterialiseOptions, materialise } from '../adapters/files.ts';
import { UserError } from '../errors.ts';
import type { WeightFiles } from '../review/request.ts';
import type { Trees } from '../source/data-sets.ts';
import { folderOf, type Repository } from '../source/repository.ts';
import type { LocalFile } from '../table/sql.ts';
import { namesBeside } from './names-beside.ts';

/** Largest file in bytes, and what all files of one review may hold together. */
export const LARGEST_WEIGHTS = 2 ** 31;
const MOST_IN_ALL = 2 ** 33;
/** Files beside models that one review brings along. */
const MOST_BESIDE = 2000;

/** What nothing was taken of yet. */
export const wholeAllowance = (): Bringing['left'] => ({ bytes: MOST_IN_ALL, beside: MOST_BESIDE });

/** How files of weights are brought into the private folder. */
export interface Bringing {
  readonly repository: Repository;
  readonly trees: Trees;
  readonly folder: string;
  readonly options: MaterialiseOptions;
  /** What this review may still bring. */
  readonly left: { bytes: number; beside: number };
}

/** A file of weights at one revision, with the files in its folder or below whose names it holds. Throws a UserError past the limits. */
export async function bringWeights(
  { repository, folder, options, left }: Bringing,
  revision: string,
  tree: Trees['head'],
  path: string,
): Promise<WeightFiles> {
  const one = async (from: string): Promise<LocalFile> => {
    const [file] = await materialise(repository, revision, [from], folder, options);
    left.bytes -= file!.bytes;
    if (left.bytes < 0 || left.beside < 0) throw tooMuch(path);
    return file!;
  };
  const file = await one(path);
  const wanted = new Set([...namesBeside(file)].map((location) => folderOf(path) + location));
  const paths = tree.filter((entry) => entry.kind === 'file' && wanted.has(entry.path.replace(/\.dvc$/, '')));
  left.beside -= paths.length;
  const beside: LocalFile[] = [];
  for (const entry of paths) beside.push(await one(entry.path));
  return { file, beside };
}

function tooMuch(path: string): UserError {
  const most = `${MOST_IN_ALL} bytes in all, and ${MOST_BESIDE} files beside models`;
  return new UserError('weights-too-large', `${path} is one file of weights too many: at most ${most} are read.`, {
    hint: 'Split the change.',
  });
}
