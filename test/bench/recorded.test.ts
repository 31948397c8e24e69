import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type BenchLine, runJobs } from '../../bench/audit/recorded.ts';
import { readLines } from '../../bench/json-lines.ts';

interface Line extends BenchLine<{ readonly bench: string; readonly seed: number }> {
  readonly answer: number;
}

test('a run that was cut off is taken up where it stopped, in the order of its jobs', async (t) => {
  t.mock.method(console, 'error', () => {});
  const folder = mkdtempSync(join(tmpdir(), 'taster-bench-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const out = join(folder, 'deep', 'lines.jsonl');
  const jobs = [3, 1, 2].map((seed) => ({ bench: 'b', seed }));
  const asked: number[] = [];
  const run = (most: number) => async (job: Line['job']) => {
    if (asked.length === most) throw new Error('cut off');
    asked.push(job.seed);
    return { job, answer: 10 * job.seed };
  };
  await assert.rejects(runJobs<Line>(jobs, { out, resume: false }, run(2)), /cut off/);
  assert.equal(readLines(out).length, 2);
  const lines = await runJobs<Line>(jobs, { out, resume: true }, run(9));
  assert.deepEqual(lines.map(({ answer }) => answer), [30, 10, 20]); // biome-ignore format: one idea
  assert.deepEqual(asked, [3, 1, 2]);
  assert.equal(readLines(out).length, 3);
  const told = await runJobs<Line>([...jobs, { bench: 'b', seed: 4 }], { out, resume: false, recorded: true }, run(0));
  assert.deepEqual(told, lines, 'with --recorded nothing is run');
  await runJobs<Line>(jobs, { out, resume: false }, run(9));
  assert.deepEqual(asked, [3, 1, 2, 3, 1, 2], 'without --resume all is run again');
});

test('no file holds no lines', () => {
  assert.deepEqual(readLines(null), []);
  assert.deepEqual(readLines(join(tmpdir(), 'taster-bench-is-not-there.jsonl')), []);
});
