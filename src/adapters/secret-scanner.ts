import type { ScanTexts } from '../table/secrets/find-secrets.ts';
import type { SecretAnswer, SecretOrder } from './secret-thread.ts';
import { openTimedThread } from './timed-thread.ts';

/** Longest that one batch may take: a thousand times what it usually takes. */
const LIMIT_MS = 10_000;
const MEMORY = { maxOldGenerationSizeMb: 1024 };
/** Batches that may hang: each costs the limit. */
const MOST_HANGS = 3;

/**
 * Looks for secrets in texts as hostile input, on a thread of its own: a pattern may never end. After three batches over
 * which it was stopped nothing more is looked into. `program` is `secret-thread.ts`, or what it was built to.
 */
export function openSecretScanner(
  program: URL,
  limitMs: number = LIMIT_MS,
): { readonly scan: ScanTexts; close(): Promise<void> } {
  const thread = openTimedThread<SecretOrder, SecretAnswer>(program, { limitMs, resourceLimits: MEMORY });
  let hangs = 0;
  return {
    async scan(texts) {
      if (hangs >= MOST_HANGS) return null;
      const answer = await thread.run({ texts });
      if (answer === null) hangs++;
      return answer === null ? null : answer.found;
    },
    close: () => thread.end(),
  };
}
