import { parentPort } from 'node:worker_threads';
import { resize } from '../features/images/resize.ts';
import type { DecoderAnswer, DecoderOrder } from './decoders.ts';
import { isCrash, openCodecs } from './image-codecs.ts';

/** A worker thread that decodes one image after the other, and makes it the size that is wanted. */
function serve(): void {
  const decode = openCodecs();
  const answer = (message: DecoderAnswer) => parentPort!.postMessage(message);
  parentPort!.on('message', async ({ bytes, header, size }: DecoderOrder) => {
    try {
      const found = await decode(bytes, header);
      answer({ pixels: found && size ? resize(found, size) : found });
    } catch (error) {
      if (isCrash(error)) process.exit(1);
      // Neither damage nor a crash: a codec that could not be opened.
      answer({ error: error instanceof Error ? error : new Error(String(error)) });
    }
  });
  answer('ready');
}

serve();
