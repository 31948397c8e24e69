import { now } from '../adapters/clock.ts';
import { openRepository } from '../adapters/git.ts';
import { makeLog } from '../adapters/log.ts';
import { readRunner } from '../adapters/runner.ts';
import { describeError, UserError } from '../errors.ts';
import { findBase } from './find-base.ts';
import { reviewRepository } from './review.ts';
import { type Answer, type Asked, runAction } from './run-action.ts';

const log = makeLog((text) => process.stdout.write(text));

async function review(asked: Asked): Promise<Answer> {
  const { change, run, repository } = asked;
  const git = await openRepository(asked.repo);
  const { notes, ...revisions } = await findBase(git, change, now());
  const reviewed = await reviewRepository({
    ...asked,
    ...revisions,
    ...{
      configFile: null,
      mayBeEmpty: true,
      seed: null,
      shadows: null,
      only: null,
      dryRun: false,
      memoryBytes: null,
      cache: null,
    },
    context: {
      ...{ repository, pull: change.pull, run },
      ...{ baseRef: change.base.ref, headRef: change.head.ref, headRepository: change.head.repository },
    },
    environment: process.env,
    log: log.line,
    onProgress: () => {},
  });
  return { ...reviewed, review: { ...reviewed.review, notes: [...notes, ...reviewed.review.notes].slice(0, 50) } };
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
