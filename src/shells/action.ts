import { openRepository } from '../adapters/git.ts';
import { makeLog } from '../adapters/log.ts';
import { readRunner } from '../adapters/runner.ts';
import { describeError, UserError } from '../errors.ts';
import { reviewRepository } from './review.ts';
import { type Answer, type Asked, runAction } from './run-action.ts';

const log = makeLog((text) => process.stdout.write(text));

/** The merge base is what the data are compared with; the target's tip is whose configuration counts. */
async function review(asked: Asked): Promise<Answer> {
  const { change, run, repository } = asked;
  const git = await openRepository(asked.repo);
  const head = await git.resolve(change.head.sha);
  const tip = await git.resolve(change.base.sha);
  return await reviewRepository({
    ...asked,
    ...{ base: await git.mergeBase(tip, head), head, tip },
    ...{ configFile: null, seed: null, shadows: null, only: null, dryRun: false, memoryBytes: null, cache: null },
    context: {
      ...{ repository, pull: change.pull, run },
      ...{ baseRef: change.base.ref, headRef: change.head.ref, headRepository: change.head.repository },
    },
    environment: process.env,
    log: log.line,
    onProgress: () => {},
  });
}

async function main(): Promise<0 | 1 | 2> {
  try {
    return await runAction({ runner: readRunner(process.env), env: process.env, log, review });
  } catch (error) {
    log.error(describeError(error));
    if (!(error instanceof UserError) && error instanceof Error) log.block(error.stack ?? '');
    return 2;
  }
}

process.exitCode = await main();
