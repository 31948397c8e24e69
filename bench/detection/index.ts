import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { readLines } from '../json-lines.ts';
import { dataFolder } from './data-sets.ts';
import { benchImages } from './images.ts';
import type { Job, JobResult } from './job.ts';
import { runJobs } from './queue.ts';
import { benchRederivable } from './rederivable.ts';
import { replayAll } from './replays.ts';
import { lookAgain } from './second-look.ts';
import { suites } from './suites.ts';
import { renderTables } from './tables.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    workers: { type: 'string', default: '1' },
    threads: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    out: { type: 'string' },
    until: { type: 'string', default: '1000000' },
    kinds: { type: 'string' },
    seeds: { type: 'string' },
    data: { type: 'string' },
    limit: { type: 'string', default: '1000' },
    resume: { type: 'boolean', default: false },
    oracles: { type: 'string' },
  },
});
/** The first jobs of every kind, of the kinds, seeds and data sets that are asked for: a part of a night's work, in a fixed order. */
function partOf(jobs: readonly Job[], limit: number): Job[] {
  const asked = (list: string | undefined, own: string) => list === undefined || list.split(',').includes(own);
  const taken = new Map<string, number>();
  return jobs
    .filter(
      ({ kind, seed, data }) =>
        asked(values.kinds, kind) && asked(values.seeds, String(seed)) && asked(values.data, data),
    )
    .filter(({ kind }) => {
      const before = taken.get(kind) ?? 0;
      taken.set(kind, before + 1);
      return before < limit;
    });
}

const names = positionals.length > 0 ? positionals : Object.keys(suites);
const file = values.out ?? '.taster/detection.jsonl';
const recorded = () => readLines<JobResult>(file);
if (names.includes('tables')) {
  console.log(renderTables(recorded()));
} else if (dataFolder() === null) {
  console.log('bench:detection skipped: set TASTER_DATA to the folder of data sets.');
} else if (names.includes('look')) {
  for (const result of recorded())
    for (const look of await lookAgain(result, Number(values.threads))) console.log(JSON.stringify(look));
} else if (names.includes('rederivable')) {
  const seeds = (values.seeds ?? '801,802,803,804,805').split(',').map(Number);
  console.log(await benchRederivable(dataFolder()!, seeds, Number(values.threads)));
} else if (names.includes('images')) {
  console.log(benchImages(dataFolder()!, values.kinds?.split(',') ?? []));
} else if (names.includes('replays')) {
  console.log(replayAll(dataFolder()!));
} else {
  const jobs = names.flatMap((name) => {
    const suite = suites[name];
    if (!suite) throw new Error(`suite ${name}; expected one of ${Object.keys(suites).join(', ')}`);
    return suite();
  });
  if (!values.out) mkdirSync('.taster', { recursive: true });
  const results = await runJobs(partOf(jobs, Number(values.limit)), {
    workers: Number(values.workers),
    threads: Number(values.threads),
    file,
    untilSeconds: Number(values.until),
    resume: values.resume,
    oracles: values.oracles,
  });
  console.log(renderTables(results));
}
