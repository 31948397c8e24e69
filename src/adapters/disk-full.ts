import { UserError } from '../errors.ts';

const WORDS = /No space left on device|ENOSPC|Disk quota exceeded|EDQUOT/;

/** An error, or a program's complaint, that tells of a full disk, as what it is; null where it tells something else. */
export function diskFull(error: unknown): UserError | null {
  const { code, message } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : { code: '', message: String(error) };
  if (!WORDS.test(`${code} ${message}`)) return null;
  return new UserError('disk-full', 'The disk on which the App works is full.', {
    hint: 'Whoever runs the App: free some space in its temporary folder, or lower WORKERS or CLONE_LIMIT.',
    infrastructure: true,
    cause: error,
  });
}
