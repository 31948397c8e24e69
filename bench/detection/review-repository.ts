import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Review } from '../../src/review/review.ts';

const CLI = fileURLToPath(new URL('../../src/shells/cli.ts', import.meta.url));

/**
 * Reviews a change through the command line, as a user would: a repository whose main branch holds what `base` writes,
 * and whose other branch adds what `head` writes. Throws where no review came of it, with what the command said.
 */
export function reviewRepository(at: {
  base(folder: string): void;
  head(folder: string): void;
  /** `.github/taster.yml` */
  readonly config: string;
  readonly options?: readonly string[];
}): Review {
  const folder = mkdtempSync(join(tmpdir(), 'taster-bench-'));
  try {
    const who = ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost'];
    const git = (...args: string[]) => execFileSync('git', ['-C', folder, ...who, ...args], { stdio: 'pipe' });
    const commit = (message: string) => {
      git('add', '--all');
      git('commit', '--quiet', '--allow-empty', '-m', message);
    };
    git('init', '--quiet', '--initial-branch=main');
    mkdirSync(join(folder, '.github'));
    writeFileSync(join(folder, '.github/taster.yml'), at.config);
    at.base(folder);
    commit('base');
    git('checkout', '--quiet', '-b', 'change');
    at.head(folder);
    commit('head');
    const json = join(folder, 'review.json');
    const asked = ['review', '--repo', folder, '--base', 'main', '--seed', '1', '--json', json];
    const { stderr } = spawnSync(process.execPath, [CLI, ...asked, ...(at.options ?? [])], { encoding: 'utf8' });
    try {
      return JSON.parse(readFileSync(json, 'utf8')) as Review;
    } catch {
      throw new Error(`no review: ${stderr.trim().split('\n').at(-1)}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
