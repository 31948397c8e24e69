import { fileBytes } from '../adapters/file-bytes.ts';
import { type MaterialiseOptions, materialise } from '../adapters/files.ts';
import type { Config } from '../config/config.ts';
import { UserError } from '../errors.ts';
import { locationsIn, OVERLAP } from '../onnx/locations.ts';
import { MOST_WEIGHTS, type WeightFiles, type WeightRequest } from '../review/request.ts';
import type { Trees } from '../source/data-sets.ts';
import type { Repository } from '../source/repository.ts';
import type { Revisions } from '../source/revisions.ts';
import { type FoundWeights, findWeights, folderOf, isWeightPath, modelsBeside } from '../source/weight-files.ts';
import type { LocalFile } from '../table/sql.ts';
import { beginsLikeWeights, MAGIC_BYTES } from '../weights/magic.ts';
import { pointerOptions } from './gather-data.ts';

/** Largest file in bytes, and what all files of one review may hold together. */
const MOST_BYTES = 2 ** 31;
const MOST_IN_ALL = 2 ** 33;
/** Files beside models that one review brings along. */
const MOST_BESIDE = 2000;
/** Changed files whose first bytes are looked at, and models that are asked for files beside them. */
const MOST_LOOKED_AT = 300;
const MOST_ASKED = 20;
/** A model that keeps its weights in other files is small itself. */
const MOST_ASKED_BYTES = 2 ** 26;
const PIECE = 2 ** 24;

export interface WeightGathering {
  readonly revisions: Revisions;
  readonly trees: Trees;
  readonly models: Config['models'];
  /** Private folder for the files. */
  readonly folder: string;
  /** For the repository's own LFS endpoint; null asks without. */
  readonly token: string | null;
}

/**
 * Brings both revisions of every changed file of weights into the private folder: by its name, as a declared model, by
 * its first bytes, or because a file changed that a model names. What cannot be had becomes a `problem`.
 */
export async function gatherWeights(
  repository: Repository,
  gathering: WeightGathering,
): Promise<{ readonly weights: WeightRequest[]; readonly notes: string[] }> {
  const { revisions, trees, models, folder, token } = gathering;
  const options = { ...(await pointerOptions(repository, token)), maxBytes: MOST_BYTES };
  const bring = { repository, trees, folder, options, left: { bytes: MOST_IN_ALL, beside: MOST_BESIDE } };
  const declared = new Set(models.flatMap(({ path }) => [path, `${path}.dvc`]));
  const isNamed = (path: string) => isWeightPath(path) || declared.has(path);
  const others = trees.changes.filter(
    ({ path, kind, change }) => kind === 'file' && change !== 'removed' && !isNamed(path),
  );
  const looked = others.slice(0, MOST_LOOKED_AT);
  const begun = new Set<string>();
  for (const { path } of looked)
    if (beginsLikeWeights(await repository.readStart(revisions.head, path, MAGIC_BYTES))) begun.add(path);
  const found = [
    ...findWeights(trees, (path) => isNamed(path) || begun.has(path)),
    ...(await modelsWithChangedFiles(bring, revisions.head)),
  ];
  const weights: WeightRequest[] = [];
  const isTooMany = found.length > MOST_WEIGHTS;
  for (const one of found.slice(0, isTooMany ? MOST_WEIGHTS - 1 : MOST_WEIGHTS))
    weights.push(await gatherOne(one, bring, revisions));
  if (isTooMany) weights.push(tooMany(found));
  const left = others.length - looked.length;
  const notes =
    left > 0 ? [`${left} changed files are called like no weights, and their first bytes were not looked at.`] : [];
  return { weights, notes };
}

interface Bringing {
  readonly repository: Repository;
  readonly trees: Trees;
  readonly folder: string;
  readonly options: MaterialiseOptions;
  /** What this review may still bring. */
  readonly left: { bytes: number; beside: number };
}

async function gatherOne(found: FoundWeights, bring: Bringing, revisions: Revisions): Promise<WeightRequest> {
  const { path, previousPath, change, base, head, problem } = found;
  const request = { path, previousPath, change, base: null, head: null, problem: null };
  if (change === 'removed') return request;
  if (problem !== null) return { ...request, problem: { message: problem.slice(0, 2000), infrastructure: false } };
  try {
    return {
      ...request,
      base: base === null ? null : await bringSide(bring, revisions.base, bring.trees.base, base),
      head: head === null ? null : await bringSide(bring, revisions.head, bring.trees.head, head),
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const message = `${error.message} ${error.hint}`.slice(0, 2000);
    return { ...request, problem: { message, infrastructure: error.infrastructure } };
  }
}

/** More than are looked at: one answer that is none, so that no gate opens. */
function tooMany(found: readonly FoundWeights[]): WeightRequest {
  const rest = found.slice(MOST_WEIGHTS - 1);
  const message = `${rest.length} more changed files of weights were not looked at, this one among them: at most ${MOST_WEIGHTS - 1} are. Split the change.`;
  return { ...{ path: rest[0]!.path, previousPath: null, change: 'changed', base: null, head: null }, problem: { message, infrastructure: false } }; // biome-ignore format: one record
}

async function bringSide(
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
  const wanted = new Set([...locationsOf(file)].map((location) => folderOf(path) + location));
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

/** Names of other files in a file that may be a model, read piece by piece. */
function locationsOf(file: LocalFile): ReadonlySet<string> {
  const source = fileBytes(file);
  const found = new Set<string>();
  for (let first = 0; first < source.size; first += PIECE - OVERLAP)
    locationsIn(Buffer.from(source.read(first, Math.min(source.size, first + PIECE)).buffer), found);
  return found;
}

/** Models that stand as they were, but name a file that changed. */
async function modelsWithChangedFiles(bring: Bringing, head: string): Promise<FoundWeights[]> {
  const found: FoundWeights[] = [];
  const options = { ...bring.options, maxBytes: MOST_ASKED_BYTES };
  for (const [path, changed] of [...modelsBeside(bring.trees)].slice(0, MOST_ASKED)) {
    const named = await materialise(bring.repository, head, [path], bring.folder, options).then(
      ([file]) => locationsOf(file!),
      (error: unknown) => {
        if (error instanceof UserError) return new Set<string>();
        throw error;
      },
    );
    if (changed.some((file) => named.has(file.replace(/\.dvc$/, ''))))
      found.push({ path, previousPath: null, change: 'changed', base: path, head: path, problem: null });
  }
  return found;
}
