import { localDvc } from '../adapters/dvc.ts';
import { type MaterialiseOptions, materialise } from '../adapters/files.ts';
import { lfsEndpoint, lfsFetcher } from '../adapters/lfs.ts';
import { localLfs } from '../adapters/lfs-local.ts';
import type { DataConfig, ModelConfig } from '../config/config.ts';
import { assumedData } from '../config/defaults.ts';
import { UserError } from '../errors.ts';
import type { DataRequest } from '../review/request.ts';
import type { FoundDataSet, Trees } from '../source/data-sets.ts';
import type { Repository } from '../source/repository.ts';
import type { Revisions } from '../source/revisions.ts';
import type { LocalFile } from '../table/sql.ts';
import { LARGEST_WEIGHTS, wholeAllowance } from './bring-weights.ts';
import { folderSettings, gatherImages, isFolder, writeFolderTable } from './gather-images.ts';
import { gatherModel, modelOf } from './gather-models.ts';

/** Largest file that is materialised, in bytes. */
const MOST_BYTES = 2 ** 32;
/** Without a configuration, so many changed files may each be worth shadow models; a folder of tables is not. */
const MOST_GUESSED = 3;

export interface Gathering {
  readonly revisions: Revisions;
  readonly trees: Trees;
  readonly configured: readonly DataConfig[];
  readonly models: readonly ModelConfig[];
  /** Paths of the models that changed. */
  readonly changedModels: ReadonlySet<string>;
  /** Private folder for the files. */
  readonly folder: string;
  /** For the repository's own LFS endpoint; null asks without. */
  readonly token: string | null;
}

/** Brings both revisions' files of the data sets into the private folder. What cannot be had becomes a `problem`. */
export async function gatherData(
  repository: Repository,
  found: readonly FoundDataSet[],
  gathering: Gathering,
): Promise<DataRequest[]> {
  const options = await pointerOptions(repository, gathering.token);
  const requests: DataRequest[] = [];
  const guesses = gathering.configured.length === 0 && found.length <= MOST_GUESSED;
  for (const data of found) requests.push(await gatherOne(repository, data, gathering, { ...options, guesses }));
  return requests;
}

/** How LFS and DVC pointers of this repository are resolved. */
export async function pointerOptions(repository: Repository, token: string | null): Promise<MaterialiseOptions> {
  const remote = await repository.remoteUrl('origin');
  const endpoint = remote === null ? null : lfsEndpoint(remote);
  return {
    lfs: localLfs(repository.root, endpoint === null ? null : lfsFetcher({ endpoint, token, maxBytes: MOST_BYTES })),
    dvc: localDvc(repository.root),
    maxBytes: MOST_BYTES,
  };
}

async function gatherOne(
  repository: Repository,
  found: FoundDataSet,
  { revisions, trees, configured, models, changedModels, folder }: Gathering,
  { guesses, ...options }: MaterialiseOptions & { readonly guesses: boolean },
): Promise<DataRequest> {
  const given = configured.find(({ name }) => name === found.name) ?? assumedData(found.name, found.path, null);
  const settings = isFolder(given) ? folderSettings(given) : given;
  const { label, classes, id, group, exclude, text, image } = settings;
  const request: DataRequest = {
    name: found.name,
    path: found.path,
    previousPath: found.previousPath,
    base: null,
    head: null,
    holdout: { base: null, head: null },
    options: { label, classes, id, group, exclude, text, image, ...(guesses ? { guessLabel: true } : {}) },
    sensitive: given.sensitive,
    model: null,
    problem: null,
  };
  if (found.problem !== null) return { ...request, problem: { message: found.problem, infrastructure: false } };
  const bringing = {
    ...{ repository, trees, folder, left: wholeAllowance() },
    options: { ...options, maxBytes: LARGEST_WEIGHTS },
  };
  const model = modelOf(found.name, models, configured.length);
  const bring = async (revision: string, paths: readonly string[] | null, path: string): Promise<LocalFile[] | null> =>
    paths === null
      ? null
      : isFolder(given)
        ? [await writeFolderTable(paths, path, folder)]
        : await materialise(repository, revision, paths, folder, options);
  const holdout = given.holdout ?? '';
  try {
    return {
      ...request,
      base: await bring(revisions.base, found.base, given.path),
      head: await bring(revisions.head, found.head, given.path),
      model: model && (await gatherModel(model, bringing, { revisions, changed: changedModels })),
      holdout: {
        base: await bring(revisions.base, found.holdout.base, holdout),
        head: await bring(revisions.head, found.holdout.head, holdout),
      },
      images: await gatherImages(repository, found, given, { revisions, folder, options }),
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return {
      ...request,
      problem: { message: `${error.message} ${error.hint}`.slice(0, 2000), infrastructure: error.infrastructure },
    };
  }
}
