import { createHash } from 'node:crypto';
import type { Pool } from '../table/pool.ts';

/**
 * A pool in which an id that is itself a credential, or personal data that base does not have, is told by its hash: 128
 * bits of SHA-256 in hexadecimal. Ids are printed, and what is found must not be.
 */
export function hideIds(pool: Pool): Pool {
  const column = pool.columns.find(({ kind }) => kind === 'id')?.name;
  const places = (pool.secrets?.places ?? []).filter((place) => place.column === column);
  const hidden = new Set(places.flatMap(({ row, isCredential, isNew }) => (isCredential || isNew ? [row] : [])));
  if (hidden.size === 0) return pool;
  const rows = pool.rows.map((row, at) =>
    hidden.has(at) ? { ...row, id: createHash('sha256').update(row.id).digest('hex').slice(0, 32) } : row,
  );
  return { ...pool, rows };
}
