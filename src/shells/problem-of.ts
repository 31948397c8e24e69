import { describeError, UserError } from '../errors.ts';

/** Why a file could not be looked at, as a sentence; a bug of ours is thrown on. */
export function problemOf(error: unknown): string {
  if (error instanceof UserError) return describeError(error);
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (typeof code === 'string' && typeof syscall === 'string') return `the system says ${code}.`;
  throw error;
}
