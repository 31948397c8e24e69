import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { dataFolder } from './data-sets.ts';
import { readResults, runJobs } from './queue.ts';
import { replayAll } from './replays.ts';
import { suites } from './suites.ts';
import { renderTables } from './tables.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    workers: { type: 'string', default: '1' },
    threads: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    out: { type: 'string' },
    until: { type: 'string', default: '1000000' },
    limit: { type: 'string', default: '1000' },
    resume: { type: 'boolean', default: false },
  },
});
const names = positionals.length > 0 ? positionals : Object.keys(suites);
const file = values.out ?? '.taster/detection.jsonl';
if (names.includes('tables')) {
  const jobs = Object.values(suites).flatMap((suite) => suite());
  console.log(renderTables(readResults(file, jobs)));
} else if (dataFolder() === null) {
  console.log('bench:detection skipped: set TASTER_DATA to the folder of data sets.');
} else if (names.includes('replays')) {
  console.log(replayAll(dataFolder()!));
} else {
  const jobs = names.flatMap((name) => {
    const suite = suites[name];
    if (!suite) throw new Error(`suite ${name}; expected one of ${Object.keys(suites).join(', ')}`);
    return suite().slice(0, Number(values.limit));
  });
  if (!values.out) mkdirSync('.taster', { recursive: true });
  const results = await runJobs(jobs, {
    workers: Number(values.workers),
    threads: Number(values.threads),
    file,
    untilSeconds: Number(values.until),
    resume: values.resume,
  });
  console.log(renderTables(results));
}
