import { z } from 'zod';
import { UserError } from '../errors.ts';
import type { EngineRequest, Progress } from './request.ts';
import { requestSchema } from './request-schema.ts';

/** What the engine child says. The parent trusts none of it before it is parsed. */
export type EngineMessage<T> = ChildNews | { readonly kind: 'result'; readonly result: T };

/** What any child of ours says but for its result. */
export type ChildNews =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'failure'; readonly failure: EngineFailure };

/** An error as plain data. `code` is null for a bug, which carries a stack instead. */
export interface EngineFailure {
  readonly code: string | null;
  readonly message: string;
  readonly hint: string;
  readonly infrastructure: boolean;
  readonly stack: string | null;
}

const text = (limit: number) => z.string().max(limit);

export const childNews = [
  z.object({
    kind: z.literal('progress'),
    progress: z.object({ step: text(200), done: z.number().min(0).max(1), secondsLeft: z.number().min(0).nullable() }),
  }),
  z.object({
    kind: z.literal('failure'),
    failure: z.object({
      code: text(100).nullable(),
      message: text(4000),
      hint: text(2000),
      infrastructure: z.boolean(),
      stack: text(20_000).nullable(),
    }),
  }),
] as const;

/** A request as the child may use it. Throws a plain Error that names the field: a breach is a bug of ours. */
export function parseRequest(message: unknown): EngineRequest {
  const parsed = requestSchema.safeParse(message);
  if (!parsed.success) throw new Error(`engine request: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** Reads messages of a child whose result has a schema. The reader throws a plain Error that names the field, never its value. */
export function parseMessageOf<T>(result: z.ZodType<T>): (message: unknown) => EngineMessage<T> {
  const schema: z.ZodType<ChildNews | { kind: 'result'; result: T }> = z.discriminatedUnion('kind', [
    ...childNews,
    z.object({ kind: z.literal('result'), result }),
  ]);
  return (message) => parseAnswer('engine', schema, message);
}

/** A message of the child called `who`. Throws a plain Error that names the field, never its value. */
export function parseAnswer<T>(who: string, schema: z.ZodType<T>, message: unknown): T {
  const parsed = schema.safeParse(message);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.slice(0, 5).map((issue) => `${issue.path.join('.') || 'message'} (${issue.code})`);
  throw new Error(`the ${who} answered out of form: ${fields.join(', ')}`);
}

/** Any error as the child sends it. */
export function failureOf(error: unknown): EngineFailure {
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
  const user = error instanceof UserError ? error : null;
  return {
    code: user?.code ?? null,
    message: message.slice(0, 4000),
    hint: user?.hint.slice(0, 2000) ?? '',
    infrastructure: user?.infrastructure ?? false,
    stack: user ? null : (stack ?? '').slice(0, 20_000),
  };
}

/** The error that the parent throws for a failure of the child. */
export function errorOf(failure: EngineFailure): Error {
  if (failure.code !== null)
    return new UserError(failure.code, failure.message, { hint: failure.hint, infrastructure: failure.infrastructure });
  const error = new Error(failure.message);
  if (failure.stack) error.stack = failure.stack;
  return error;
}
