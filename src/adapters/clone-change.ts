import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { runGit } from './run-git.ts';

export interface CloneOrder {
  /** Address without credentials. */
  readonly remote: string;
  /** Goes into a header of the fetching commands' environment: neither arguments nor the clone's files hold it. */
  readonly token: string;
  /** Tip of the target branch, and the change's head: full commit ids. */
  readonly tip: string;
  readonly head: string;
}

export interface ClonedChange {
  readonly path: string;
  readonly mergeBase: string;
}

/**
 * Fetches a change into a new folder: first the history alone, without files, for the merge base; then three commits
 * without history. Hooks, filters and work trees play no part. Throws a UserError where the remote does not give them.
 */
export async function cloneChange(folder: string, { remote, token, tip, head }: CloneOrder): Promise<ClonedChange> {
  const secret = Buffer.from(`x-access-token:${token}`).toString('base64');
  const env = {
    ...{ GIT_CONFIG_COUNT: '5', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
    ...{ GIT_CONFIG_KEY_0: `http.${new URL(remote).origin}/.extraHeader` },
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${secret}`,
    ...{ GIT_CONFIG_KEY_1: 'credential.helper', GIT_CONFIG_VALUE_1: '' },
    // A header would follow a redirection to wherever it leads.
    ...{ GIT_CONFIG_KEY_2: 'http.followRedirects', GIT_CONFIG_VALUE_2: 'false' },
    // Under 1,000 bytes a second for a minute: the server has stopped.
    ...{ GIT_CONFIG_KEY_3: 'http.lowSpeedLimit', GIT_CONFIG_VALUE_3: '1000' },
    ...{ GIT_CONFIG_KEY_4: 'http.lowSpeedTime', GIT_CONFIG_VALUE_4: '60' },
  };
  const open = async (name: string): Promise<string> => {
    const path = join(folder, name);
    await mkdir(path, { mode: 0o700 });
    for (const args of [
      ['init', '--quiet', '--template='],
      ['remote', 'add', 'origin', remote],
    ])
      if ((await runGit(path, args)).code !== 0) throw new Error(`git ${args[0]} did not work`);
    return path;
  };
  const fetch = async (path: string, ...args: string[]): Promise<void> => {
    const { code, complaint } = await runGit(
      path,
      ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head', ...args],
      { env },
    );
    if (code !== 0) throw notFetched(complaint);
  };

  const history = await open('history');
  await fetch(history, '--filter=tree:0', 'origin', tip, head);
  const found = await runGit(history, ['merge-base', '--end-of-options', tip, head]);
  const mergeBase = found.output.toString().trim();
  await rm(history, { recursive: true, force: true });
  if (found.code !== 0 || mergeBase === '')
    throw new UserError('no-merge-base', 'The pull request and its target branch have no common ancestor.', {
      hint: 'Rebase the branch onto its target.',
    });
  const path = await open('repository');
  await fetch(path, '--depth=1', 'origin', ...new Set([mergeBase, tip, head]));
  return { path, mergeBase };
}

/** Git's own words may hold anything that the remote says: they are not repeated. */
function notFetched(complaint: string): UserError {
  if (/not our ref|couldn't find remote ref|unadvertised object/i.test(complaint))
    return new UserError('commit-gone', 'A commit of the pull request is no longer on the server.', {
      hint: 'Push the branch again.',
    });
  const status = /The requested URL returned error: (\d{3})/.exec(complaint)?.[1];
  return new UserError(
    'clone',
    `The repository could not be fetched${status ? ` (the server answered ${status})` : ''}.`,
    {
      hint: 'Check that the App may read the contents of the repository.',
      infrastructure: true,
    },
  );
}
