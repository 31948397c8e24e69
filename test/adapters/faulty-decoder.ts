import { parentPort } from 'node:worker_threads';
import type { DecoderOrder } from '../../src/adapters/decoders.ts';

/** A decoder's program that does what the first byte of a file says: 1 hangs, 2 ends, 3 throws, 4 cannot be opened. */
parentPort!.on('message', ({ bytes }: DecoderOrder) => {
  if (bytes[0] === 1) for (;;);
  if (bytes[0] === 2) process.exit(7);
  if (bytes[0] === 3) throw new Error('a decoder broke');
  if (bytes[0] === 4) parentPort!.postMessage({ error: new Error('no codec') });
  else parentPort!.postMessage({ pixels: { width: 1, height: 1, data: Uint8Array.from([bytes[0]!, 0, 0]) } });
});
parentPort!.postMessage('ready');
