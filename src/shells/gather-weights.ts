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

/** Largest file, and largest model with all files beside it, in bytes. */
const MOST_BYTES = 2 ** 31;
/** Changed files whose first bytes are looked at, and models that are asked for files beside them. */
const MOST_LOOKED_AT = 300;
const MOST_ASKED = 20;
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
  const bring = { repository, trees, folder, options };
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
}

async function gatherOne(found: FoundWeights, bring: Bringing, revisions: Revisions): Promise<WeightRequest> {
  const { path, previousPath, change, base, head, problem } = found;
  const request = { path, previousPath, change, base: null, head: null, problem: null };
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
  { repository, folder, options }: Bringing,
  revision: string,
  tree: Trees['head'],
  path: string,
): Promise<WeightFiles> {
  const [file] = await materialise(repository, revision, [path], folder, options);
  const wanted = new Set([...locationsOf(file!)].map((location) => folderOf(path) + location));
  const paths = tree.filter((entry) => entry.kind === 'file' && wanted.has(entry.path.replace(/\.dvc$/, '')));
  const beside: LocalFile[] = [];
  let bytes = file!.bytes;
  for (const entry of paths) {
    beside.push(...(await materialise(repository, revision, [entry.path], folder, options)));
    bytes += beside.at(-1)!.bytes;
    if (bytes > 2 * MOST_BYTES)
      throw new UserError(
        'file-too-large',
        `${path} and the files that it names hold more than ${2 * MOST_BYTES} bytes.`,
        {
          hint: 'Review a smaller model.',
        },
      );
  }
  return { file: file!, beside };
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
  for (const [path, changed] of [...modelsBeside(bring.trees)].slice(0, MOST_ASKED)) {
    const named = await materialise(bring.repository, head, [path], bring.folder, bring.options).then(
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
