import { availableParallelism, totalmem } from 'node:os';
import { now } from '../adapters/clock.ts';
import { runAuditEngine } from '../adapters/engine-process.ts';
import { openRepository } from '../adapters/git.ts';
import { untilInterrupted } from '../adapters/interrupt.ts';
import { type PrivateFolder, withPrivateFolder } from '../adapters/private-folder.ts';
import { locateRuntime } from '../adapters/runtime.ts';
import type { AuditOptions } from '../audit/attack.ts';
import type { Audit } from '../audit/audit.ts';
import { AUTHOR } from '../audit/contributors-of.ts';
import { assumedData } from '../config/defaults.ts';
import { oneLine, UserError } from '../errors.ts';
import { type FoundDataSet, findDataSets, type Trees } from '../source/data-sets.ts';
import { hostedAt } from '../source/hosted-at.ts';
import { type Repository, WORKTREE } from '../source/repository.ts';
import { type Configuration, readConfiguration } from './configuration.ts';
import { gatherAuthors } from './gather-authors.ts';
import { gatherData } from './gather-data.ts';
import { imageSeconds } from './gather-images.ts';
import { auditCommand } from './reproduce-command.ts';
import { version } from './review.ts';
import { checkOptions, type ReviewOptions } from './review-options.ts';

/** Seconds that an audit may train where nothing else is said. */
const BUDGET = { usual: 600, thorough: 4 * 3600 } as const;
/** Without a configuration, more files than this must be named: an audit of a folder of tables takes hours. */
const MOST_GUESSED = 3;

/** An audit of a local repository, as a shell asks for it. */
export type AuditRequest = Omit<
  ReviewOptions,
  'base' | 'tip' | 'mayBeEmpty' | 'only' | 'dryRun' | 'cache' | 'isolated' | 'context'
> & {
  /** Name of a configured data set, or path of a file; null for all. */
  readonly data: string | null;
  readonly attack: AuditOptions;
};

/**
 * Audits the data sets of a local repository at one revision: what would leak if someone poisoned them. The engine does it
 * in a child process; no file and no process is left behind, also when interrupted. Throws a UserError for what the user
 * can mend.
 */
export async function auditRepository(asked: AuditRequest): Promise<Audit> {
  checkOptions({ only: null, seed: asked.seed });
  return await untilInterrupted((signal) => withPrivateFolder((folder) => auditIn(folder, asked, signal)));
}

async function auditIn(folder: PrivateFolder, asked: AuditRequest, signal: AbortSignal): Promise<Audit> {
  const repository = await openRepository(asked.repo);
  const head = asked.head === WORKTREE ? WORKTREE : await repository.resolve(asked.head ?? 'HEAD');
  const revisions = { base: head, head };
  const configuration = await readConfiguration(repository, {
    ...{ tip: head, head, path: asked.configPath, local: asked.configFile, scratch: folder.scratch },
  });
  const tree = await repository.listTree(head);
  const trees = { base: tree, head: tree, changes: [] };
  const { found, config } = await chosenData(repository, trees, configuration, asked);
  const data = await gatherData(repository, found, {
    ...{ revisions, trees, folder: folder.files, token: asked.token },
    ...{ configured: config.data, models: config.models, changedModels: new Set<string>() },
  });
  const authors = asked.attack.by === AUTHOR ? await gatherAuthors(repository.root, head, data, signal) : undefined;
  const { notes, ...runtime } = await locateRuntime({
    ...{ path: asked.runtimePath, registry: asked.registry, env: asked.environment, log: asked.log },
  });
  const budgetSeconds = asked.budgetSeconds ?? (asked.attack.thorough ? BUDGET.thorough : BUDGET.usual);
  return await runAuditEngine(
    {
      ...{ options: asked.attack, authors },
      request: {
        tool: { version },
        ...{ repository: hostedAt(await repository.remoteUrl('origin')), pull: null, run: null },
        base: { sha: head, ref: null },
        head: { sha: head, ref: null, repository: null },
        configuration: { ...configuration.origin, proposed: false },
        ...{ config, data, models: [], weights: [], notes: notes.slice(0, 50) },
        limits: {
          ...{ nonce: asked.seed, budgetSeconds, maxRows: config.shadows.maxRows, epochs: config.shadows.epochs },
          shadows: asked.shadows ?? config.shadows.models,
          ...{ device: asked.device, only: null, threads: availableParallelism(), dryRun: false, now: now() },
        },
        folders: { ...folder, cache: null },
        runtime,
        command: auditCommand(asked, head),
      },
    },
    {
      entry: new URL(import.meta.url.endsWith('.ts') ? './engine.ts' : './engine.js', import.meta.url),
      // What an attack has begun it ends: the last of each may go over its time.
      limitSeconds: 2 * budgetSeconds + 600 + imageSeconds(data),
      limitBytes:
        asked.memoryBytes ?? 0.8 * Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY),
      ...{ environment: asked.environment, signal, onProgress: asked.onProgress },
    },
  );
}

/** The configured data sets, or the one that is named; without a configuration, the tables that the repository holds. */
async function chosenData(
  { root }: Repository,
  trees: Trees,
  { config }: Configuration,
  { data, configPath }: AuditRequest,
): Promise<{ readonly found: readonly FoundDataSet[]; readonly config: Configuration['config'] }> {
  const configured = config.data.filter(({ name, path }) => data === null || name === data || path === data);
  if (configured.length > 0) return { config, found: findDataSets(trees, configured) };
  const isThere = data !== null && trees.head.some(({ path }) => path === data);
  if (isThere) {
    const named = { ...config, data: [assumedData(data.slice(0, 200), data, null)] };
    // Assumed, not configured: its label may be guessed.
    return { config: { ...named, data: [] }, found: findDataSets(trees, named.data) };
  }
  if (data !== null)
    throw new UserError('no-data', `There is no data set ${oneLine(data, 200)} in ${oneLine(root, 200)}.`, {
      hint: `Name one of ${configPath} (${config.data.map(({ name }) => oneLine(name, 60)).join(', ') || 'it has none'}), or the path of a committed file.`,
    });
  const all = trees.head.map(({ path, kind }) => ({ path, kind, previousPath: null, change: 'added' as const }));
  const found = findDataSets({ ...trees, changes: all }, null);
  if (found.length > 0 && found.length <= MOST_GUESSED) return { config, found };
  throw new UserError(
    'no-data',
    found.length === 0
      ? 'No table was found that could be audited (csv, tsv, jsonl, parquet).'
      : `${found.length} tables were found; without a configuration at most ${MOST_GUESSED} are audited.`,
    { hint: `Name one by --data, or run \`taster init\`, which writes ${configPath}.` },
  );
}
