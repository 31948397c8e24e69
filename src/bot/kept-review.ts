import { rowHash } from '../report/row-hash.ts';
import type { Review } from '../review/review.ts';

/**
 * A review as the App keeps it: every row's id as its hash, since an id may be what the data call a row (a name, a mail
 * address, a telephone number that looks like a hash). Files and lines stay.
 */
export function keptReview(review: Review): Review {
  const findings = review.findings.map((finding) => ({
    ...finding,
    rows: finding.rows.map((row) => ({ ...hashed(row), victims: row.victims.map(hashed) })),
    figures: finding.figures.map((figure) => ({
      ...figure,
      series: figure.series.map((series) => (series.ids ? { ...series, ids: series.ids.map(rowHash) } : series)),
    })),
  }));
  return { ...review, findings };
}

function hashed<Row extends { readonly id: string }>(row: Row): Row {
  return { ...row, id: rowHash(row.id) };
}
