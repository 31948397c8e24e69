import { isAboutWeights } from '../checks/check.ts';
import { isAboutFiles } from '../checks/ids.ts';
import { checks } from '../checks/index.ts';
import type { Config } from '../config/config.ts';
import { UserError } from '../errors.ts';
import { chosenChecks } from '../review/answer.ts';
import { MOST_WEIGHTS, type WeightRequest } from '../review/request.ts';
import type { Review } from '../review/review.ts';
import { type FoundDataSet, filesOf, type Trees } from '../source/data-sets.ts';
import type { Repository } from '../source/repository.ts';
import type { Revisions } from '../source/revisions.ts';
import type { FoundWeights } from '../source/weight-files.ts';
import { type Bringing, bringWeights, LARGEST_WEIGHTS, wholeAllowance } from './bring-weights.ts';
import { findChangedWeights } from './find-changed-weights.ts';
import { pointerOptions } from './gather-data.ts';
import { modelsRetokenized } from './gather-models.ts';

export interface Gathered {
  readonly weights: WeightRequest[];
  readonly models: Review['models'];
  readonly notes: string[];
}

export interface WeightGathering {
  readonly revisions: Revisions;
  readonly trees: Trees;
  readonly config: Pick<Config, 'data' | 'models' | 'checks' | 'gates'>;
  readonly found: readonly FoundDataSet[];
  /** Check ids to run; null for all that the configuration leaves on. */
  readonly only: readonly string[] | null;
  /** Private folder for the files. */
  readonly folder: string;
  /** For the repository's own LFS endpoint; null asks without. */
  readonly token: string | null;
}

/**
 * Brings both revisions of every changed file of weights into the private folder. What cannot be had becomes a
 * `problem`. Where no check is asked about weights they are found, and nothing is fetched.
 */
export async function gatherWeights(repository: Repository, gathering: WeightGathering): Promise<Gathered> {
  const { revisions, trees, config, folder, token } = gathering;
  const data = filesOf(config.data.length > 0 ? gathering.found : []);
  const options = { ...(await pointerOptions(repository, token)), maxBytes: LARGEST_WEIGHTS };
  const bring = { repository, trees, folder, options, left: wholeAllowance() };
  const search = { ...bring, head: revisions.head, models: config.models, data };
  const { found, notes } = await findChangedWeights(search);
  const changed = found.slice(0, MOST_WEIGHTS).map(modelOf);
  const retokenized = modelsRetokenized(config.models, trees).filter(
    (path) => !changed.some((one) => one.path === path),
  );
  const models = [...changed, ...retokenized.map((path) => ({ path, change: 'changed' as const, slice: '' }))];
  if (!isAsked(gathering)) return { weights: [], models, notes };
  const weights: WeightRequest[] = [];
  const isTooMany = found.length > MOST_WEIGHTS;
  for (const one of found.slice(0, isTooMany ? MOST_WEIGHTS - 1 : MOST_WEIGHTS))
    weights.push(await gatherOne(one, bring, revisions));
  if (isTooMany) weights.push(tooMany(found));
  return { weights, models, notes };
}

async function gatherOne(found: FoundWeights, bring: Bringing, revisions: Revisions): Promise<WeightRequest> {
  const { path, previousPath, change, base, head, problem } = found;
  const request = { path, previousPath, change, base: null, head: null, problem: null };
  if (change === 'removed') return request;
  if (problem !== null) return { ...request, problem: { message: problem.slice(0, 2000), infrastructure: false } };
  try {
    return {
      ...request,
      base: base === null ? null : await bringWeights(bring, revisions.base, bring.trees.base, base),
      head: head === null ? null : await bringWeights(bring, revisions.head, bring.trees.head, head),
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const message = `${error.message} ${error.hint}`.slice(0, 2000);
    return { ...request, problem: { message, infrastructure: error.infrastructure } };
  }
}

/** Also where a gate wants an answer that nobody will give: silence has to be told about each file. */
function isAsked({ config, only }: WeightGathering): boolean {
  return (
    chosenChecks(checks, config, only).some(isAboutWeights) || config.gates.some(({ check }) => isAboutFiles(check))
  );
}

/** As the review lists it. */
function modelOf({ path, change }: FoundWeights): Review['models'][number] {
  return { path: path.slice(0, 1000), change: change === 'renamed' ? 'changed' : change, slice: '' };
}

/** More than are looked at: one answer that is none, so that no gate opens. */
function tooMany(found: readonly FoundWeights[]): WeightRequest {
  const rest = found.slice(MOST_WEIGHTS - 1);
  const message = `${rest.length} more changed files of weights were not looked at, this one among them: at most ${MOST_WEIGHTS - 1} are. Split the change.`;
  return { ...{ path: rest[0]!.path, previousPath: null, change: 'changed', base: null, head: null }, problem: { message, infrastructure: false } }; // biome-ignore format: one record
}
