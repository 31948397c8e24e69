import { createHash } from 'node:crypto';
import type { ColumnKind } from '../evidence/column.ts';
import type { Pool } from '../table/pool.ts';

/**
 * A pool in which an id or the name of a class that is itself a credential, or personal data that base does not have, is
 * told by its hash: 128 bits of SHA-256 in hexadecimal. Ids and classes are printed, and what is found must not be.
 */
export function hideSecrets(pool: Pool): Pool {
  const rowsOf = (kind: ColumnKind) => {
    const column = pool.columns.find((each) => each.kind === kind);
    const places = (pool.secrets?.places ?? []).filter((place) => place.column === column?.name);
    return { column, rows: places.flatMap(({ row, isCredential, isNew }) => (isCredential || isNew ? [row] : [])) };
  };
  const ids = new Set(rowsOf('id').rows);
  const { column, rows: labelled } = rowsOf('label');
  const classes = new Set(labelled.map((row) => column!.values[row]));
  return {
    ...pool,
    rows: ids.size === 0 ? pool.rows : pool.rows.map((row, at) => (ids.has(at) ? { ...row, id: hashOf(row.id) } : row)),
    classes: pool.classes.map((name) => (classes.has(name) ? hashOf(name) : name)),
  };
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);
