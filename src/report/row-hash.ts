import { createHash } from 'node:crypto';

/** The SHA-256 of a row's id, for what is kept: an id may be what the data call a row, a name or a mail address. */
export const rowHash = (id: string): string => createHash('sha256').update(id).digest('hex');
