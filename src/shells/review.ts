import { availableParallelism, totalmem } from 'node:os';
import packageFile from '../../package.json' with { type: 'json' };
import { now } from '../adapters/clock.ts';
import { runEngine } from '../adapters/engine-process.ts';
import { openRepository } from '../adapters/git.ts';
import { untilInterrupted } from '../adapters/interrupt.ts';
import { type PrivateFolder, withPrivateFolder } from '../adapters/private-folder.ts';
import { locateRuntime } from '../adapters/runtime.ts';
import type { Config } from '../config/config.ts';
import type { EngineRequest } from '../review/request.ts';
import type { Review } from '../review/review.ts';
import { exitCode } from '../review/verdict.ts';
import { findDataSets } from '../source/data-sets.ts';
import { resolveRevisions } from '../source/revisions.ts';
import { type Configuration, readConfiguration } from './configuration.ts';
import { gatherData } from './gather-data.ts';
import { imageSeconds } from './gather-images.ts';
import { isModelChanged } from './gather-models.ts';
import { gatherWeights } from './gather-weights.ts';
import { quietReview } from './quiet-review.ts';
import { isRecognised, nothingRecognisable, remarksOn } from './remarks.ts';
import { reproduceCommand } from './reproduce-command.ts';
import { checkOptions, type ReviewOptions } from './review-options.ts';
import { unreadableSide } from './unreadable.ts';

/** What a shell knows about the review that is wanted. Null leaves a value to the configuration or to chance. */
export interface Reviewed {
  readonly review: Review;
  readonly config: Config;
  /** True where neither data nor weights changed: the engine was not started and nothing was downloaded. */
  readonly skipped: boolean;
  /** Data sets that could not be read: one sentence each, for the exit code 2. */
  readonly unreadable: readonly string[];
}

/** The version of this program. */
export const version: string = packageFile.version;

/**
 * Reviews a change of a local repository: finds the data and weights that changed, has the engine look at them in a
 * child process, and leaves no file and no process behind, also when interrupted. Throws a UserError for what the user
 * can mend.
 */
export async function reviewRepository(options: ReviewOptions): Promise<Reviewed> {
  checkOptions(options);
  return await untilInterrupted((signal) => withPrivateFolder((folder) => reviewIn(folder, options, signal)));
}

/** 0: pass or warn; 1: a gate is broken; 2: no verdict, or a data set that could not be read. */
export function exitCodeOf({ review, unreadable }: Reviewed): 0 | 1 | 2 {
  const code = exitCode(review.verdict);
  return code === 0 && unreadable.length > 0 ? 2 : code;
}

async function reviewIn(folder: PrivateFolder, options: ReviewOptions, signal: AbortSignal): Promise<Reviewed> {
  const repository = await openRepository(options.repo);
  const revisions = await resolveRevisions(repository, options);
  const tip =
    options.tip ??
    (options.base === null ? await repository.resolve(await repository.defaultBranch()) : revisions.base);
  const configuration = await readConfiguration(repository, {
    ...{ tip, head: revisions.head, path: options.configPath, local: options.configFile },
    scratch: folder.scratch,
  });
  const { config } = configuration;
  const trees = {
    base: await repository.listTree(revisions.base),
    head: await repository.listTree(revisions.head),
    changes: await repository.changedFiles(revisions.base, revisions.head),
  };
  const { token, only } = options;
  const found = findDataSets(trees, config.data.length > 0 ? config.data : null);
  const gathered = await gatherWeights(repository, {
    ...{ revisions, trees, config, found, only, folder: folder.files, token },
  });
  const { weights, models } = gathered;
  const isEmpty =
    models.length === 0 &&
    configuration.origin.source === 'none' &&
    ![...trees.base, ...trees.head].some(({ path }) => isRecognised(path));
  const nothing = isEmpty ? nothingRecognisable(options.configPath) : null;
  if (nothing !== null && options.mayBeEmpty !== true) throw nothing;
  const changedModels = new Set(models.map(({ path }) => path));
  const changed = found.filter((data) => data.changed || isModelChanged(data, config, changedModels));
  const request = { ...requestOf(options, configuration, revisions), models };
  const notes = [
    ...(nothing === null ? [] : [nothing.message]),
    ...configuration.notes,
    ...remarksOn(found, trees.changes, config),
    ...gathered.notes,
  ];
  if (changed.length === 0 && weights.length === 0)
    return { review: quietReview({ ...request, notes }), config, skipped: true, unreadable: [] };

  const data = await gatherData(repository, changed, {
    ...{ revisions, trees, configured: config.data, models: config.models, changedModels, folder: folder.files, token },
  });
  const { notes: remarks, ...runtime } = data.length === 0 ? NO_RUNTIME : await locateRuntime(placesOf(options));
  const review = await runEngine(
    {
      ...request,
      ...{ data, weights },
      notes: [...notes, ...remarks].slice(0, 50),
      folders: { ...folder, cache: options.cache },
      runtime,
    },
    {
      entry: new URL(import.meta.url.endsWith('.ts') ? './engine.ts' : './engine.js', import.meta.url),
      // Reading and reporting are outside the budget, which is for training alone.
      limitSeconds: 2 * request.limits.budgetSeconds + 300 + imageSeconds(data),
      limitBytes:
        options.memoryBytes ?? 0.8 * Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY),
      ...{ environment: options.environment, isolated: options.isolated === true, signal },
      onProgress: options.onProgress,
    },
  );
  const unreadable = data.flatMap(({ name, head }) => unreadableSide(review, name, head !== null) ?? []);
  return { review, config, skipped: false, unreadable };
}

function requestOf(
  options: ReviewOptions,
  { config, origin }: Configuration,
  revisions: { readonly base: string; readonly head: string },
): Omit<EngineRequest, 'data' | 'models' | 'weights' | 'notes' | 'folders' | 'runtime'> {
  const { context } = options;
  return {
    tool: { version },
    repository: context.repository,
    pull: context.pull,
    run: context.run,
    base: { sha: revisions.base, ref: context.baseRef },
    head: { sha: revisions.head, ref: context.headRef, repository: context.headRepository },
    configuration: origin,
    config,
    limits: {
      nonce: options.seed,
      shadows: options.shadows ?? config.shadows.models,
      budgetSeconds: options.budgetSeconds ?? config.shadows.budgetSeconds,
      maxRows: config.shadows.maxRows,
      epochs: config.shadows.epochs,
      device: options.device,
      only: options.only,
      threads: availableParallelism(),
      dryRun: options.dryRun,
      now: now(),
    },
    command: reproduceCommand(options, revisions),
  };
}

/** Weights are read without native files: a change of nothing else downloads none. */
const NO_RUNTIME = { onnxruntime: null, duckdb: null, notes: [] };

const placesOf = ({ runtimePath: path, registry, environment: env, log }: ReviewOptions) => ({
  path,
  registry,
  env,
  log,
});
