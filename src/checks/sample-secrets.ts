import type { ExposedSecret, Extraction } from '../evidence/extraction.ts';
import type { PoolRow } from '../evidence/rows.ts';
import type { SecretPlace, Secrets } from '../evidence/secrets.ts';
import { hash32, normalAt } from '../tensor/random.ts';

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

/** Five secrets of base, of which one is exposed by `rise` bits more at head, by the row of the change that repeats it. */
export function sampleExtraction(
  rows: readonly PoolRow[],
  seed: number,
  rise: number,
): { readonly secrets: Secrets; readonly extraction: Extraction } {
  const standing = rows.flatMap((row, at) => (row.inBase ? [at] : [])).slice(0, 5);
  const suspect = rows.findIndex((row) => !row.inBase);
  const bitsOf = (secret: number, arm: number, mean: number) =>
    Array.from({ length: 8 }, (_, model) => {
      const shared = 2 * normalAt(seed, secret, model);
      return mean + shared + normalAt(seed + 1, 10 * secret + arm, model);
    });
  const secrets = standing.map((row, secret): ExposedSecret => {
    const isHit = secret === seed % standing.length;
    const more = isHit ? rise : 0;
    return {
      ...{ secret, kind: 'email address', isCredential: false, rows: isHit ? [row, suspect] : [row] },
      ...{ suspects: isHit ? [suspect] : [], characters: 9 },
      ...{ base: bitsOf(secret, 0, 5), head: bitsOf(secret, 1, 5 + more) },
      without: isHit ? bitsOf(secret, 2, 5) : null,
    };
  });
  const measured = { models: 16, candidates: 1000, texts: 90, left: 0, slice: 'built-in language model' };
  return { secrets: sampleSecrets(rows, seed, 0), extraction: { kind: 'measured', secrets, ...measured } };
}
