import { createReadStream, createWriteStream } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../errors.ts';
import { type ChangedFile, type Repository, type TreeEntry, WORKTREE } from '../source/repository.ts';
import { readBlobs } from './git-blobs.ts';
import { parseChanges, parseTree } from './git-listing.ts';
import { readStart } from './read-start.ts';
import { runGit } from './run-git.ts';

/** Commits of one branch that are listed at most. */
const MOST_COMMITS = 100_000;

/** Opens the repository that holds `folder`. Throws a UserError when there is none, or no git. */
export async function openRepository(folder: string): Promise<Repository> {
  const top = await runGit(folder, ['rev-parse', '--show-toplevel']);
  if (top.code !== 0)
    throw new UserError('not-a-repository', `${folder} is not inside a git repository.`, {
      hint: 'Run this in a checkout, or name one by --repo.',
    });
  const root = top.output.toString().trimEnd();
  const git = (...args: string[]) => runGit(root, args);
  const text = async (...args: string[]) => {
    const result = await git(...args);
    return result.code === 0 ? result.output.toString().trim() : null;
  };
  const isShallow = async () => (await text('rev-parse', '--is-shallow-repository')) === 'true';
  const fetchCommit = async (sha: string) => {
    if (!/^[0-9a-f]{40,64}$/.test(sha)) throw unknown(sha);
    const result = await git('fetch', '--no-tags', '--no-recurse-submodules', '--depth=1', 'origin', sha);
    if (result.code !== 0)
      throw shallow(`The commit ${sha.slice(0, 12)} is not in this shallow clone, and could not be fetched.`);
  };
  const resolve = async (revision: string): Promise<string> => {
    if (revision.startsWith('-') || revision === '') throw unknown(revision);
    const find = () => text('rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`);
    const sha = await find();
    if (sha !== null) return sha;
    if (!(await isShallow())) throw unknown(revision);
    if (!/^[0-9a-f]{40,64}$/.test(revision)) throw shallow(`The revision "${revision}" is not in this shallow clone.`);
    await fetchCommit(revision);
    return (await find()) ?? Promise.reject(unknown(revision));
  };
  return {
    root,
    resolve,
    fetchCommit,
    async mergeBase(a, b) {
      let found = await text('merge-base', '--end-of-options', a, b);
      for (let depth = 50; found === null && (await isShallow()) && depth <= 51_200; depth *= 4) {
        if (
          (await git('fetch', '--no-tags', '--no-recurse-submodules', `--deepen=${depth}`, 'origin', a, b)).code !== 0
        )
          break;
        found = await text('merge-base', '--end-of-options', a, b);
      }
      if (found !== null) return found.split('\n')[0]!;
      if (await isShallow()) throw shallow('This shallow clone does not reach back to the merge base.');
      throw new UserError('no-merge-base', 'The two revisions have no common ancestor.', {
        hint: 'Name the base by --base.',
      });
    },
    async firstParents(revision) {
      const count = `--max-count=${MOST_COMMITS}`;
      const result = await git('rev-list', '--first-parent', '--timestamp', count, '--end-of-options', revision, '--');
      if (result.code !== 0) throw unknown(revision);
      const lines = result.output.toString().trim().split('\n');
      const commits = lines.map((line) => line.split(' ')).map(([seconds, sha]) => ({ sha: sha!, seconds: Number(seconds) })); // biome-ignore format: one idea
      return { commits, isWhole: commits.length < MOST_COMMITS && !(await isShallow()) };
    },
    async defaultBranch() {
      const head = await text('symbolic-ref', '--quiet', '--short', 'refs/remotes/origin/HEAD');
      for (const name of [head, 'origin/main', 'origin/master', 'main', 'master'])
        if (name && (await text('rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`)) !== null)
          return name;
      throw new UserError('no-default-branch', 'The default branch was not found (origin/HEAD, main, master).', {
        hint: 'Name the base by --base.',
      });
    },
    async remoteUrl(name) {
      return name.startsWith('-') ? null : await text('remote', 'get-url', name);
    },
    async changedFiles(base, head): Promise<ChangedFile[]> {
      const range = head === WORKTREE ? [base] : [base, head];
      const result = await git(
        'diff',
        '--raw',
        '-z',
        '-M',
        '--no-ext-diff',
        '--no-textconv',
        '--no-color',
        '--ignore-submodules=none',
        '--no-abbrev',
        '--end-of-options',
        ...range,
        '--',
      );
      if (result.code !== 0) throw new Error(`git diff: ${result.complaint}`);
      const changes = parseChanges(result.output.toString());
      if (head !== WORKTREE) return changes;
      const fresh = await git('ls-files', '-z', '--others', '--exclude-standard');
      const added = fresh.output.toString().split('\0').filter(Boolean);
      return [
        ...changes,
        ...added.map((path) => ({ path, previousPath: null, change: 'added' as const, kind: 'file' as const })),
      ];
    },
    async listTree(revision): Promise<TreeEntry[]> {
      if (revision !== WORKTREE)
        return parseTree(
          (await git('ls-tree', '-r', '-z', '--full-tree', '--end-of-options', revision)).output.toString(),
        );
      const listed = (await git('ls-files', '-z', '--cached', '--others', '--exclude-standard')).output
        .toString()
        .split('\0')
        .filter(Boolean);
      const entries = await Promise.all(
        [...new Set(listed)].map(async (path): Promise<TreeEntry | null> => {
          const state = await lstat(join(root, path)).catch(() => null);
          if (!state) return null;
          return {
            path,
            object: null,
            kind: state.isSymbolicLink() ? 'link' : state.isDirectory() ? 'submodule' : 'file',
          };
        }),
      );
      return entries.filter((entry) => entry !== null).sort((a, b) => (a.path < b.path ? -1 : 1));
    },
    readStart: (revision, path, bytes) => readStart(root, revision, path, bytes),
    async writeFile(revision, path, localPath, maxBytes) {
      let bytes = 0;
      const cap = new Transform({
        transform(chunk: Buffer, _encoding, next) {
          bytes += chunk.length;
          next(bytes > maxBytes ? tooLarge(path, maxBytes) : null, chunk);
        },
      });
      const file = createWriteStream(localPath, { mode: 0o600, flags: 'wx' });
      if (revision === WORKTREE) {
        const real = await realpath(join(root, path));
        if (real !== join(await realpath(root), ...path.split('/')))
          throw new UserError('link', `${path} leads through a symbolic link out of its place.`, {
            hint: 'Name the file itself.',
          });
        await pipeline(createReadStream(real), cap, file);
        return bytes;
      }
      const written = pipeline(cap, file);
      const [result] = await Promise.all([
        runGit(root, ['cat-file', 'blob', '--end-of-options', `${revision}:${path.split(sep).join('/')}`], {
          sink: cap,
        }),
        written,
      ]);
      if (result.code !== 0)
        throw new UserError('file-missing', `${path} is not a file at ${revision.slice(0, 12)}.`, {
          hint: 'Check the path in the configuration.',
        });
      return bytes;
    },
    readBlobs: (objects, maxBytes) => readBlobs(root, objects, maxBytes),
  };
}

function unknown(revision: string): UserError {
  return new UserError('unknown-revision', `The revision "${revision}" does not exist here.`, {
    hint: 'Name a commit, branch or tag of this repository; fetch it first where it is remote.',
  });
}

function shallow(problem: string): UserError {
  return new UserError('shallow-clone', problem, {
    hint: 'Check out with `fetch-depth: 0`, or run `git fetch --unshallow`.',
  });
}

function tooLarge(path: string, maxBytes: number): UserError {
  return new UserError('file-too-large', `${path} is larger than ${maxBytes} bytes.`, {
    hint: 'Review a part of the data, or raise the limit.',
  });
}
