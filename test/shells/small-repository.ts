import { execFile, execFileSync, type spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../src/shells/cli.ts', import.meta.url));

export type Files = Readonly<Record<string, string | Buffer | null>>;

export interface SmallRepository {
  readonly path: string;
  git(...args: string[]): string;
  /** Writes files (null removes one) and commits them; answers the commit. */
  commit(files: Files): string;
  /** The command line as a user runs it. The temporary folder is the test's own: what is left in it is told. */
  taster(...args: string[]): Promise<Ran>;
  /** The same, still running. */
  start(...args: string[]): { readonly child: ReturnType<typeof spawn>; readonly ended: Promise<Ran> };
}

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  readonly leftOver: readonly string[];
}

/** Commits a base, and a change of it on a branch of its own; answers base's commit. */
export function changeOf(repository: SmallRepository, base: Files, change: Files): string {
  const commit = repository.commit(base);
  repository.git('checkout', '-q', '-b', 'change');
  repository.commit(change);
  return commit;
}

export const CONFIG = 'version: 1\ndata:\n  - {name: train, path: train.csv, label: label}\n';

/** Sixty rows of two numbers and a label. */
export function table(rows = 60, more: readonly string[] = []): string {
  const lines = Array.from({ length: rows }, (_, i) => `${i},${(i * 37) % 11},${i % 2 === 0 ? 'yes' : 'no'}`);
  return `${['a,b,label', ...lines, ...more].join('\n')}\n`;
}

/** A git repository in a folder of its own; the default branch is `main`. */
export function smallRepository(t: TestContext): SmallRepository {
  const root = mkdtempSync(join(tmpdir(), 'small-repository-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const path = join(root, 'repo');
  const temp = join(root, 'tmp');
  mkdirSync(path);
  mkdirSync(temp);
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', path, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { stdio: 'pipe' })
      .toString()
      .trim();
  git('init', '-q', '-b', 'main');
  const env = { ...process.env, TMPDIR: temp, XDG_CACHE_HOME: join(root, 'cache'), HOME: root, NO_COLOR: '1' };
  const run = (args: readonly string[]) => {
    const child = execFile(process.execPath, [CLI, ...args], { cwd: path, env, maxBuffer: 1 << 26 });
    let out = '';
    let err = '';
    child.stdout?.on('data', (part) => (out += part));
    child.stderr?.on('data', (part) => (err += part));
    const ended = new Promise<Ran>((resolve) =>
      child.once('close', (code) => resolve({ code, out, err, leftOver: readdirSync(temp).filter(isOurs) })),
    );
    return { child, ended };
  };
  return {
    path,
    git,
    commit(files) {
      for (const [name, content] of Object.entries(files)) {
        const file = join(path, name);
        mkdirSync(dirname(file), { recursive: true });
        if (content !== null) writeFileSync(file, content);
        else if (existsSync(file)) rmSync(file);
      }
      git('add', '-A');
      git('commit', '-q', '--allow-empty', '-m', 'x');
      return git('rev-parse', 'HEAD');
    },
    taster: (...args) => run(args).ended,
    start: (...args) => run(args),
  };
}

const isOurs = (name: string): boolean => name !== 'node-compile-cache';
