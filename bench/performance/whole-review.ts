import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Review } from '../../src/review/review.ts';

const CLI = fileURLToPath(new URL('../../src/shells/cli.ts', import.meta.url));

export interface ReviewBench {
  readonly kind: 'cold, a wrong-label copy among 100 new rows' | 'base kept, one honest row';
  readonly seconds: number;
  readonly shadows: number;
  readonly peakBytes: number;
  readonly verdict: string;
}

/** Whole reviews of Location-30 by the command line, as a user runs it: cold, then with the base ensemble kept. */
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
    const review = (kind: ReviewBench['kind'], branch: string, more: readonly string[]): ReviewBench => {
      git('checkout', '--quiet', '-b', branch, 'main');
      write([...base, ...more]);
      git('commit', '--quiet', '-am', branch);
      const json = join(folder, `${branch}.json`);
      const started = performance.now();
      spawnSync(process.execPath, [CLI, 'review', '--repo', repository, '--base', 'main', '--json', json], {
        env: { PATH: process.env.PATH, HOME: folder, XDG_CACHE_HOME: join(folder, 'cache') },
        stdio: ['ignore', 'ignore', 'ignore'],
      });
      const seconds = (performance.now() - started) / 1000;
      const { cost, verdict } = JSON.parse(readFileSync(json, 'utf8')) as Review;
      return { kind, seconds, shadows: cost.shadows, peakBytes: cost.peak_bytes, verdict };
    };
    const copy = [(Number(label) % 30) + 1, ...cells].join(',');
    return [
      review('cold, a wrong-label copy among 100 new rows', 'poisoned', [...rows.slice(4910), copy]),
      review('base kept, one honest row', 'honest', rows.slice(4910, 4911)),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
