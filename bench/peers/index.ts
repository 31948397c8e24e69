import { availableParallelism, cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { markdownTable } from 'markdown-table';
import { median } from '../../src/stats/lira.ts';
import { openProcessor } from '../performance/processor.ts';
import { makeEnvironment } from './environment.ts';
import { type Job, jobs, type Way } from './job.ts';
import { trainOurs } from './ours.ts';
import { startWorker, type Worker } from './worker.ts';

const { values: asked } = parseArgs({ options: { rounds: { type: 'string' }, threads: { type: 'string' } } });
const ROUNDS = Number(asked.rounds ?? 5);
const THREADS = Number(asked.threads ?? Math.min(2, availableParallelism()));

/** One line of the table: a peer at a job, and what our rate is to be, as a multiple of the peer's. */
interface Contest {
  readonly peer: string;
  readonly worker: Worker | null;
  readonly way: Way;
  readonly job: keyof typeof jobs;
  readonly models: number;
  readonly goal: string;
}

const environment = makeEnvironment();
const script = fileURLToPath(new URL('peers.py', import.meta.url));
const inPython = (name: string) => {
  const python = environment.python(['numpy', name]);
  return python === null ? null : startWorker(python, [script, name, String(THREADS)]);
};
const torch = inPython('torch');
const jax = inPython('jax');
const packages = environment.node(['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm']);
const tfjs =
  packages === null
    ? null
    : startWorker(process.execPath, [fileURLToPath(new URL('tfjs.mjs', import.meta.url)), packages, String(THREADS)]);

const MODELS = { mlp: 16, conv: 8 } as const;
const contests: readonly Contest[] = [
  {
    peer: 'PyTorch, one model after another',
    worker: torch,
    way: 'sequential',
    job: 'mlp',
    models: 4,
    goal: '5 (at least 3)',
  },
  { peer: 'PyTorch, torch.func.vmap', worker: torch, way: 'stacked', job: 'mlp', models: 16, goal: '2 (at least 1.3)' },
  { peer: 'JAX, vmap and jit', worker: jax, way: 'stacked', job: 'mlp', models: 16, goal: '' },
  { peer: 'tfjs on WASM, one model after another', worker: tfjs, way: 'sequential', job: 'mlp', models: 2, goal: '' },
  {
    peer: 'PyTorch, one model after another',
    worker: torch,
    way: 'sequential',
    job: 'conv',
    models: 4,
    goal: '1 (at least 0.5)',
  },
  { peer: 'PyTorch, torch.func.vmap', worker: torch, way: 'stacked', job: 'conv', models: 8, goal: '' },
  // Mapped over models, each with kernels of its own, JAX's convolutions take minutes on a processor.
  { peer: 'JAX, jit, one model after another', worker: jax, way: 'sequential', job: 'conv', models: 4, goal: '' },
];

const runtime = await openProcessor(THREADS);
const own = new Map<string, number[]>();
const theirs = new Map<Contest, number[]>();
try {
  // All in turn, so that what else the machine does meets them alike; the first round warms up and is not counted.
  for (let round = 0; round <= ROUNDS; round++) {
    console.error(round === 0 ? 'warming up ...' : `round ${round} of ${ROUNDS} ...`);
    const keep = <K>(map: Map<K, number[]>, key: K, seconds: number | null) => {
      if (round > 0 && seconds !== null) map.set(key, [...(map.get(key) ?? []), seconds]);
    };
    for (const [name, job] of Object.entries(jobs) as [keyof typeof jobs, Job][]) {
      keep(own, name, await trainOurs(runtime, job, MODELS[name]));
      for (const contest of contests)
        if (contest.job === name)
          keep(theirs, contest, (await contest.worker?.run(contest.way, job, contest.models)) ?? null);
    }
  }
} finally {
  for (const worker of [torch, jax, tfjs]) worker?.close();
  await runtime.close();
  environment.close();
}

const titles: Readonly<Record<string, string>> = {
  mlp: `MLP ${jobs.mlp.width}-${jobs.mlp.hidden}-${jobs.mlp.classes}, batch ${jobs.mlp.batch}, ${jobs.mlp.epochs} epochs of ${jobs.mlp.rows / 2} rows`,
  conv: `residual block ${jobs.conv.channels}x${jobs.conv.side}x${jobs.conv.side}, batch ${jobs.conv.batch}, ${jobs.conv.epochs} epochs of ${jobs.conv.rows / 2} rows`,
};
const lines = contests.flatMap((contest) => {
  const seconds = theirs.get(contest);
  if (!seconds) {
    console.log(`Skipped: ${contest.peer} (${contest.job}) could not be had here.`);
    return [];
  }
  const [ours, peer] = [median(own.get(contest.job)!), median(seconds)];
  return [
    [titles[contest.job]!, contest.peer, peer.toFixed(3), ours.toFixed(3), (peer / ours).toFixed(2), contest.goal],
  ];
});
console.log(
  `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${THREADS} threads, Node ${process.version}; medians of ${ROUNDS} rounds in turn\n`,
);
console.log(markdownTable([['slice', 'peer', 'peer, s a model', 'Taster, s a model', 'ratio', 'goal'], ...lines]));
