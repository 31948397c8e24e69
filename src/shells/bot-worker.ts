import { rm } from 'node:fs/promises';
import { cloneChange } from '../adapters/clone-change.ts';
import { diskFull } from '../adapters/disk-full.ts';
import {
  parseWorkerRequest,
  type WorkerMessage,
  type WorkerRequest,
  type WorkerResult,
  workerFailure,
} from '../bot/worker-protocol.ts';
import { reviewRepository } from './review.ts';

const PROGRESS_EVERY_MS = 500;

const send = (message: WorkerMessage): Promise<void> =>
  new Promise((resolve) => process.send?.(message, () => resolve()) ?? resolve());

/** The same review as of the command line, of a clone that the App's folder takes away afterwards. */
async function work({
  ask,
  run,
  remote,
  token,
  isolated,
  cloneLimitBytes: limitBytes,
}: WorkerRequest): Promise<WorkerResult> {
  const { base, head } = ask;
  const clone = await cloneChange(process.cwd(), { remote, token, tip: base.sha, head: head.sha, limitBytes });
  if (orphaned) throw new Error('the App is gone');
  let last = 0;
  const { review, config, unreadable } = await reviewRepository({
    ...{ repo: clone.path, base: clone.mergeBase, head: head.sha, tip: base.sha, token, isolated },
    ...{ configPath: '.github/taster.yml', configFile: null, mayBeEmpty: true },
    ...{ seed: null, budgetSeconds: null, shadows: null },
    ...{ device: 'auto', only: null, dryRun: false, memoryBytes: null, runtimePath: null, registry: null, cache: null },
    context: {
      ...{ repository: ask.repository, pull: ask.pull === null ? null : { number: ask.pull }, run },
      ...{ baseRef: base.ref, headRef: head.ref, headRepository: head.repository },
    },
    environment: process.env,
    log: () => {},
    onProgress(progress) {
      if (Date.now() - last < PROGRESS_EVERY_MS) return;
      last = Date.now();
      void send({ kind: 'progress', progress });
    },
  });
  return { review, comment: config.comment, unreadable };
}

let orphaned = false;
process.once('message', async (raw) => {
  process.once('disconnect', () => {
    // Without the App there is nobody to answer nor to clean up: interrupted as by a person, the review puts its own
    // child away, and the clone goes below.
    orphaned = true;
    process.on('SIGTERM', () => {});
    process.kill(process.pid, 'SIGTERM');
  });
  const message = await work(parseWorkerRequest(raw)).then(
    (result): WorkerMessage => ({ kind: 'result', result }),
    (error) => workerFailure(diskFull(error) ?? error),
  );
  if (orphaned) await rm(process.cwd(), { recursive: true, force: true });
  else await send(message);
  process.exit(0);
});
