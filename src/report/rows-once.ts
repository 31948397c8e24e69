import type { ReviewFinding, ReviewRow } from '../review/review.ts';

/** A finding with those of its rows that no earlier finding has named. */
export interface NamedOnce {
  readonly finding: ReviewFinding;
  readonly rows: readonly ReviewRow[];
  /** Rows that an earlier finding names, too. */
  readonly repeated: number;
}

/** Gives every row to the first finding that names it: a reader wants to see a row once. */
export function rowsOnce(findings: readonly ReviewFinding[]): NamedOnce[] {
  const seen = new Map<string, Set<string>>();
  return findings.map((finding) => {
    const rows = finding.rows.filter((row) => !seen.get(row.path)?.has(keyOf(row)));
    for (const row of rows) {
      const file = seen.get(row.path) ?? new Set();
      seen.set(row.path, file.add(keyOf(row)));
    }
    return { finding, rows, repeated: finding.rows.length - rows.length };
  });
}

/** Within a file. */
function keyOf({ revision, ordinal }: ReviewRow): string {
  return `${revision} ${ordinal}`;
}
