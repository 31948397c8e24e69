import type { PoolRow } from '../evidence/rows.ts';
import type { SecretPlace, Secrets } from '../evidence/secrets.ts';
import { hash32 } from '../tensor/random.ts';

/** E-mail addresses that base has and head keeps, and `fresh` new secrets in rows of the change. */
export function sampleSecrets(rows: readonly PoolRow[], seed: number, fresh: number): Secrets {
  const kept = rows.flatMap((row, at) => (row.inBase && row.inHead ? [at] : [])).slice(0, 3);
  const added = rows.flatMap((row, at) => (!row.inBase ? [at] : []));
  const isCredential = seed % 2 === 0;
  const kind = isCredential ? 'GitHub token' : 'phone number';
  const place = (row: number, secret: number, more: Partial<SecretPlace>): SecretPlace => ({
    ...{ row, column: 'note', kind: 'email address', isCredential: false, secret, start: 4, end: 24 },
    ...{ inBase: true, inHead: true, isNew: false, ...more },
  });
  const old = kept.map((row, at) => place(row, at, {}));
  const arrived = Array.from({ length: fresh }, (_, at) =>
    place(added[hash32(seed, at) % added.length]!, kept.length + at, {
      kind,
      isCredential,
      inBase: false,
      isNew: true,
    }),
  );
  const counts = [
    { kind: 'email address', isCredential: false, base: old.length, head: old.length, fresh: 0 },
    ...(fresh > 0 ? [{ kind, isCredential, base: 0, head: fresh, fresh }] : []),
  ];
  return {
    ...{ places: [...old, ...arrived].sort((a, b) => a.row - b.row), counts, unplaced: 0 },
    unscanned: { fresh: 0, base: 0 },
  };
}
