import type { ProbotOctokit } from 'probot';
import type { BotQueue, Job } from '../adapters/bot-queue.ts';
import type { BotStore } from '../adapters/bot-store.ts';
import { connectChecks } from '../adapters/github-checks.ts';
import { installationIds, openPulls, repositoriesOf } from '../adapters/open-pulls.ts';
import { runKey } from '../bot/ask.ts';
import { askedByPull } from '../bot/asked.ts';
import { ANNOTATIONS_A_REQUEST, CHECK_NAME } from '../bot/check-output.ts';

export interface ReconcileOptions {
  readonly store: BotStore;
  readonly queue: BotQueue;
  readonly app: ProbotOctokit;
  readonly api: string;
  tokenOf(installation: number): Promise<string>;
  log(line: string): void;
}

/** What is to be compared with GitHub: everything, an installation, or one repository of it. */
export const EVERYTHING = 'everything';
export const installationKey = (installation: number): string => `installation:${installation}`;
const repositoryKey = (installation: number, name: string): string => `repository:${installation}:${name}`;

/**
 * Compares what the App knows with GitHub: an event may have been lost while it was down. Open pull requests whose head
 * has no concluded check are taken up, reviews of closed ones are stopped. Each step is a job of its own: a big
 * organisation holds nothing up, and what fails is tried again by itself.
 */
export function botReconcile(options: ReconcileOptions): (job: Pick<Job, 'key'>) => Promise<void> {
  const { queue, app, api, log } = options;
  return async ({ key }) => {
    const [kind, id = '', name = ''] = key.split(':');
    const installation = Number(id);
    if (kind === EVERYTHING)
      for (const each of await installationIds(app)) await queue.send('reconcile', installationKey(each));
    else if (kind === 'installation') {
      const token = await options.tokenOf(installation);
      for (const each of await repositoriesOf({ token, api, log }))
        await queue.send('reconcile', repositoryKey(installation, each));
    } else await reconcileRepository(installation, name, options);
  };
}

async function reconcileRepository(
  installation: number,
  repository: string,
  { store, queue, api, tokenOf, log }: ReconcileOptions,
): Promise<void> {
  const common = { token: await tokenOf(installation), repository, api, log };
  // Before GitHub is asked: what is opened in between is in neither list.
  const before = await store.openRunsOf(repository);
  const { pulls, all } = await openPulls(common);
  const checks = await connectChecks({ ...common, name: CHECK_NAME, annotationsAtOnce: ANNOTATIONS_A_REQUEST });
  const announce = async (keys: readonly string[]) => {
    for (const key of keys) await queue.send('announce', key);
  };
  let missed = 0;
  for (const pull of pulls) {
    const ask = askedByPull({
      ...{ installation: { id: installation }, repository: { full_name: repository } },
      pull_request: pull,
    });
    if (ask === null) continue;
    const key = runKey(ask);
    const known = await store.run(key);
    // A run that is not concluded is in hand; one of another database may be concluded on GitHub.
    if (known === null ? await checks.isConcluded(key, ask.head.sha) : known.state !== 'concluded') continue;
    const keys = await store.take(`reconcile/${key}/${ask.base.ref}/${ask.at}`, [ask]);
    missed += keys.length > 0 ? 1 : 0;
    await announce(keys);
  }
  if (missed > 0) log(`${repository}: ${missed} open pull requests had no concluded check and are taken up.`);
  if (!all) return;
  const open = new Set(pulls.map(({ number }) => number));
  for (const run of before)
    if (run.ask.pull !== null && !open.has(run.ask.pull)) {
      const left = { repository: repository.toLowerCase(), pull: run.ask.pull, key: null, at: run.ask.at };
      await announce(await store.leave(`reconcile/${run.key}/closed/${run.attempt}`, left));
    }
}
