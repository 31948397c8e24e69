import { z } from 'zod';
import { type ChildNews, childNews, failureOf, parseAnswer } from '../review/protocol.ts';
import { type Review, reviewSchema } from '../review/review.ts';
import { type Ask, askSchema } from './ask.ts';

/** What a worker child is asked. The token reads this one repository's contents and nothing else. */
export interface WorkerRequest {
  readonly ask: Ask;
  readonly run: { readonly id: string; readonly attempt: number };
  /** Address of the repository without any credential. */
  readonly remote: string;
  readonly token: string;
  /** The engine runs without network. */
  readonly isolated: boolean;
  readonly cloneLimitBytes: number | null;
}

export interface WorkerResult {
  readonly review: Review;
  /** What the configuration at the target's tip says about comments. */
  readonly comment: 'always' | 'on-findings' | 'never';
  readonly unreadable: readonly string[];
}

export type WorkerMessage = ChildNews | { readonly kind: 'result'; readonly result: WorkerResult };

const text = (limit: number) => z.string().max(limit);

const requestSchema: z.ZodType<WorkerRequest> = z.object({
  ask: askSchema,
  run: z.object({ id: text(40), attempt: z.number().int() }),
  remote: z.url({ protocol: /^https?$/ }),
  token: text(1000),
  isolated: z.boolean(),
  cloneLimitBytes: z.number().positive().nullable(),
});

const messageSchema: z.ZodType<WorkerMessage> = z.discriminatedUnion('kind', [
  ...childNews,
  z.object({
    kind: z.literal('result'),
    result: z.object({
      review: reviewSchema,
      comment: z.enum(['always', 'on-findings', 'never']),
      unreadable: z.array(text(2000)).max(100),
    }),
  }),
]);

/** A request as the child may use it. Throws a plain Error: a breach is a bug of ours. */
export function parseWorkerRequest(message: unknown): WorkerRequest {
  return requestSchema.parse(message);
}

/** A message as the App may use it. Throws a plain Error that names the field, never its value. */
export const parseWorkerMessage = (message: unknown): WorkerMessage => parseAnswer('worker', messageSchema, message);

export const workerFailure = (error: unknown): WorkerMessage => ({ kind: 'failure', failure: failureOf(error) });
