import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Review } from '../../src/review/review.ts';

/** What is installed: a checkout that is run directly spends another second on reading TypeScript. */
const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export interface ReviewBench {
  readonly kind: string;
  readonly target: string;
  readonly seconds: number;
  readonly shadows: number;
  readonly peakBytes: number;
  readonly verdict: string;
}

/** Whole reviews of Location-30 by the command line, as a user runs it: cold, and with the base ensemble kept. */
export function benchReviews(data: string): ReviewBench[] {
  const folder = mkdtempSync(join(tmpdir(), 'taster-bench-'));
  try {
    const repository = join(folder, 'repository');
    mkdirSync(join(repository, '.github'), { recursive: true });
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', repository, '-c', 'user.name=bench', '-c', 'user.email=bench@localhost', ...args], {
        stdio: 'pipe',
      });
    const [header, ...rows] = gunzipSync(readFileSync(join(data, 'location30/location30.csv.gz')))
      .toString()
      .trim()
      .split('\n');
    const write = (lines: readonly string[]) =>
      writeFileSync(join(repository, 'data.csv'), [header, ...lines, ''].join('\n'));
    git('init', '--quiet', '--initial-branch=main');
    writeFileSync(
      join(repository, '.github/taster.yml'),
      'version: 1\ndata:\n  - {name: location, path: data.csv, label: label}\ngates: {amplification: fail}\n',
    );
    const base = rows.slice(0, 4910);
    write(base);
    git('add', '.');
    git('commit', '--quiet', '-m', 'base');
    const [label, ...cells] = base[7]!.split(',');
    const commit = (branch: string, more: readonly string[]) => {
      git('checkout', '--quiet', '-b', branch, 'main');
      write([...base, ...more]);
      git('commit', '--quiet', '-am', branch);
    };
    const copy = [(Number(label) % 30) + 1, ...cells].join(',');
    commit('honest', rows.slice(4910));
    commit('poisoned', [...rows.slice(4910), copy]);
    commit('one-row', rows.slice(4910, 4911));
    const review = (
      branch: string,
      cache: string,
      how: readonly string[] = [],
    ): Omit<ReviewBench, 'kind' | 'target'> => {
      git('checkout', '--quiet', branch);
      const json = join(folder, 'review.json');
      const options = ['--repo', repository, '--base', 'main', '--json', json, ...how];
      const started = performance.now();
      spawnSync(process.execPath, [CLI, 'review', ...options], {
        env: { PATH: process.env.PATH, HOME: folder, XDG_CACHE_HOME: join(folder, cache) },
        stdio: ['ignore', 'ignore', 'ignore'],
      });
      const seconds = (performance.now() - started) / 1000;
      const { cost, verdict } = JSON.parse(readFileSync(json, 'utf8')) as Review;
      return { seconds, shadows: cost.shadows, peakBytes: cost.peak_bytes, verdict };
    };
    // Detection in this setting stands in docs/results.md (`exact-fast`).
    const fast = ['--shadows', '32', '--budget', '120s'];
    const cold = '90 s, 1.5 GB';
    const kept = '45 s, 1.5 GB';
    return [
      { kind: 'cold, 100 honest rows', target: cold, ...review('honest', 'a') },
      { kind: 'base kept, one honest row', target: kept, ...review('one-row', 'a') },
      { kind: 'cold, a wrong-label copy among 100', target: cold, ...review('poisoned', 'b') },
      { kind: `the same, ${fast.join(' ')}`, target: cold, ...review('poisoned', 'c', fast) },
      { kind: `base kept, one honest row, ${fast.join(' ')}`, target: kept, ...review('one-row', 'c', fast) },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
