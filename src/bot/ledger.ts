import { rowHash } from '../report/row-hash.ts';
import type { Review } from '../review/review.ts';

/** What is kept of one finding after its report is gone: for checks that look at many pull requests together. */
export interface LedgerEntry {
  readonly id: string;
  readonly check: string;
  /** Name of the data set, or path of the file of weights. */
  readonly subject: string;
  readonly outcome: string;
  /** SHA-256 of the named rows' ids, never their content, with the check's score; the worst where one is named twice. */
  readonly rows: readonly { readonly hash: string; readonly score: number | null }[];
}

export function ledgerOf({ findings }: Review): LedgerEntry[] {
  return findings.map(({ id, check, subject, outcome, rows }) => {
    const worst = new Map<string, number | null>();
    for (const row of rows) {
      const hash = rowHash(row.id);
      const [known = null, score] = [worst.get(hash), row.score];
      worst.set(hash, known === null || (score !== null && score > known) ? score : known);
    }
    return {
      ...{ id, check, outcome, subject: subject.data ?? subject.model ?? subject.path ?? '' },
      rows: [...worst].map(([hash, score]) => ({ hash, score })),
    };
  });
}
