import { oneLine, UserError } from '../../errors.ts';

const WRITE_AGAIN = 'Write the file again by numpy.save or numpy.savez, and check that its upload was complete.';

/** A file of arrays that cannot be read. @param where the file, and the array in it. */
export function badArrays(where: string, reason: string, hint = WRITE_AGAIN): UserError {
  return new UserError('bad-arrays', `${oneLine(where, 300)}: ${oneLine(reason, 400)}.`, { hint });
}
