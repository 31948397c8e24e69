import { type Job, type JobResult, runJob } from './job.ts';

process.on('message', async (message: { job: Job; threads: number; known?: JobResult }) => {
  try {
    process.send!({ result: await runJob(message.job, message.threads, message.known) });
  } catch (error) {
    process.send!({ error: error instanceof Error ? (error.stack ?? error.message) : String(error), job: message.job });
  }
});

// Without the queue there is nobody to answer.
process.on('disconnect', () => process.exit(1));
