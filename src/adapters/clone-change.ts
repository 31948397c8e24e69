import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { diskFull } from './disk-full.ts';
import { runGit } from './run-git.ts';

export interface CloneOrder {
  /** Address without credentials. */
  readonly remote: string;
  /** Goes into a header of the fetching commands' environment: neither arguments nor the clone's files hold it. */
  readonly token: string;
  /** Tip of the target branch, and the change's head: full commit ids. */
  readonly tip: string;
  readonly head: string;
  /** The most that one fetch may put onto the disk; null sets no limit. */
  readonly limitBytes: number | null;
}

export interface ClonedChange {
  readonly path: string;
  readonly mergeBase: string;
}

const MIB = 2 ** 20;
const LOOK_MS = 200;

/**
 * Fetches a change into a new folder: first the history alone, without files, for the merge base; then three commits
 * without history. Hooks, filters and work trees play no part. Throws a UserError where the remote does not give them.
 */
export async function cloneChange(
  folder: string,
  { remote, token, tip, head, limitBytes }: CloneOrder,
): Promise<ClonedChange> {
  const secret = Buffer.from(`x-access-token:${token}`).toString('base64');
  const env = {
    ...{ GIT_CONFIG_COUNT: '6', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
    ...{ GIT_CONFIG_KEY_0: `http.${new URL(remote).origin}/.extraHeader` },
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${secret}`,
    ...{ GIT_CONFIG_KEY_1: 'credential.helper', GIT_CONFIG_VALUE_1: '' },
    // A header would follow a redirection to wherever it leads.
    ...{ GIT_CONFIG_KEY_2: 'http.followRedirects', GIT_CONFIG_VALUE_2: 'false' },
    // Under 1,000 bytes a second for a minute: the server has stopped.
    ...{ GIT_CONFIG_KEY_3: 'http.lowSpeedLimit', GIT_CONFIG_VALUE_3: '1000' },
    ...{ GIT_CONFIG_KEY_4: 'http.lowSpeedTime', GIT_CONFIG_VALUE_4: '60' },
    // Everything comes as one pack, whose size can be watched.
    ...{ GIT_CONFIG_KEY_5: 'fetch.unpackLimit', GIT_CONFIG_VALUE_5: '1' },
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
    const tooBig = new AbortController();
    const look = async () => {
      if (limitBytes !== null && (await packedBytes(path)) > limitBytes) tooBig.abort();
    };
    const watch = setInterval(() => void look(), LOOK_MS);
    const { code, complaint } = await runGit(
      path,
      ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head', ...args],
      { env, signal: tooBig.signal },
    ).finally(() => clearInterval(watch));
    await look();
    if (tooBig.signal.aborted) throw oversize(limitBytes!);
    if (code !== 0) throw diskFull(complaint) ?? notFetched(complaint);
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

async function packedBytes(repository: string): Promise<number> {
  const folder = join(repository, '.git/objects/pack');
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(names.map((name) => stat(join(folder, name)).catch(() => ({ size: 0 }))));
  return sizes.reduce((sum, { size }) => sum + size, 0);
}

function oversize(limitBytes: number): UserError {
  const limit = `${Math.round(limitBytes / MIB)} MiB`;
  return new UserError('clone-size', `The commits of the change hold more than the App fetches: over ${limit}.`, {
    hint: 'Keep large files in Git LFS; or whoever runs the App raises CLONE_LIMIT.',
  });
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
