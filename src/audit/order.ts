import { z } from 'zod';
import type { EngineRequest } from '../review/request.ts';
import { requestSchema } from '../review/request-schema.ts';
import type { AuditOptions } from './attack.ts';
import type { FilesAuthors } from './row-authors.ts';

/** What the parent hands to the engine for an audit: a request whose base and head are one revision, and the questions. */
export interface AuditOrder {
  readonly request: EngineRequest;
  readonly options: AuditOptions;
  /** Where contributors are asked about by who committed each line. */
  readonly authors?: FilesAuthors | undefined;
}

const whole = z.number().int().min(-1).max(Number.MAX_SAFE_INTEGER);

const orderSchema: z.ZodType<AuditOrder> = z.object({
  request: requestSchema,
  options: z.object({
    attacks: z.array(z.string().max(40)).max(20).nullable(),
    poisons: z.array(z.number().int().min(0).max(1000)).min(1).max(20),
    targets: z.number().int().min(1).max(100_000),
    thorough: z.boolean(),
    by: z.string().max(1000).nullable(),
  }),
  authors: z
    .object({
      files: z.array(
        z.object({
          path: z.string().max(5000),
          names: z.array(z.string().max(300)),
          runs: z.array(z.tuple([whole, whole, whole])),
        }),
      ),
      problem: z.string().max(2000).nullable(),
    })
    .optional(),
});

/** Whether a message asks for an audit; if not, it asks for a review. */
export const isOrder = (message: unknown): boolean =>
  typeof message === 'object' && message !== null && 'options' in message;

/** An order as the child may use it. Throws a plain Error that names the field: a breach is a bug of ours. */
export function parseOrder(message: unknown): AuditOrder {
  const parsed = orderSchema.safeParse(message);
  if (!parsed.success) throw new Error(`engine order: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
