import { parentPort } from 'node:worker_threads';
import type { SecretOrder } from '../../src/adapters/secret-thread.ts';

/** A scanner's program that does what the first text says: it hangs, ends, or cannot look; else it finds nothing. */
parentPort!.on('message', ({ texts }: SecretOrder) => {
  if (texts[0] === 'hang') for (;;);
  if (texts[0] === 'end') process.exit(7);
  parentPort!.postMessage({ found: texts[0] === 'broken' ? null : texts.map(() => []) });
});
parentPort!.postMessage('ready');
