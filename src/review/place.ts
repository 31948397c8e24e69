import { createHash } from 'node:crypto';
import { oneLine } from '../errors.ts';
import type { Evidence } from '../evidence/evidence.ts';
import type { Series } from '../evidence/finding.ts';
import type { Revision } from '../evidence/rows.ts';
import type { LocalFile } from '../table/sql.ts';
import type { Answer } from './answer.ts';
import type { Unjudged } from './judged.ts';
import type { DataRequest } from './request.ts';
import type { ReviewRow } from './review.ts';

/** One-based lines of rows of one file, given their ordinals; null where the format has no lines. */
export type Locate = (file: LocalFile, ordinals: readonly number[]) => Promise<readonly (number | null)[]>;

/** Works out file and line of every row that the answers name, and writes the findings of the review. */
export async function placeFindings(
  answers: readonly Answer[],
  evidence: Evidence,
  request: DataRequest,
  locate: Locate,
): Promise<Unjudged[]> {
  const lines = await findLines(answers, evidence, request, locate);
  return answers.map(({ check, finding, infrastructure }) => {
    const { rows } = finding;
    const at = (row: number, revision: Revision) => {
      const { id, path, ordinal } = evidence.rows[row]!;
      return {
        data: request.name,
        revision,
        path,
        line: lines.get(`${revision}/${row}`) ?? null,
        ordinal,
        id: oneLine(id, 200),
      };
    };
    const placed = rows.slice(0, 100).map(
      (named): ReviewRow => ({
        ...at(named.row, named.revision),
        score: named.score,
        q: named.q,
        why: oneLine(named.why, 500),
        victims: named.victims.slice(0, 20).map(({ row, revision, effect }) => ({ ...at(row, revision), effect })),
      }),
    );
    const figures = finding.figures.map((figure) => ({
      ...figure,
      series: figure.series.map(({ name, points, rows: stoodFor }) => ({
        ...pointsOf({ name, points }),
        ...(stoodFor ? { ids: stoodFor.map((row) => oneLine(evidence.rows[row]!.id, 200)) } : {}),
      })),
    }));
    const units = rows.map(({ row }) => evidence.rows[row]!.contentHash).sort();
    return { ...findingOf({ check, finding, infrastructure }, evidence.subject, units), rows: placed, figures };
  });
}

/** An answer as a finding of the review, its rows left out. `units`: what it names, for its id. */
export function findingOf(
  { check, finding, infrastructure }: Answer,
  subject: Evidence['subject'],
  units: readonly string[] = [],
): Unjudged {
  const { power: _, tensors, ...plain } = finding;
  const digest = createHash('sha256')
    .update(JSON.stringify([check.id, subject, units]))
    .digest('hex');
  return {
    ...plain,
    summary: oneLine(finding.summary, 1000),
    remedy: oneLine(finding.remedy, 1000),
    metrics: [...finding.metrics].map((metric) => ({ ...metric, at: metric.at === null ? null : { ...metric.at } })),
    figures: finding.figures.map((figure) => ({ ...figure, series: figure.series.map(pointsOf) })),
    id: digest.slice(0, 16),
    digest,
    check: check.id,
    family: check.family,
    subject: { ...subject },
    ...(infrastructure ? { infrastructure } : {}),
    rows: [],
    ...(tensors ? { tensors: tensors.map((tensor) => ({ ...tensor, name: oneLine(tensor.name, 200) })) } : {}),
  };
}

const pointsOf = ({ name, points }: Series) => ({ name, points: points.map(([x, y]): [number, number] => [x, y]) });

async function findLines(
  answers: readonly Answer[],
  evidence: Evidence,
  request: DataRequest,
  locate: Locate,
): Promise<Map<string, number | null>> {
  const wanted = new Map<string, { file: LocalFile; revision: Revision; rows: number[] }>();
  const want = (row: number, revision: Revision) => {
    const { path, split } = evidence.rows[row]!;
    const files = split === 'holdout' ? request.holdout[revision] : request[revision];
    const file = files?.find(({ repoPath }) => repoPath === path);
    if (!file) return;
    const key = `${revision}/${file.localPath}`;
    const entry = wanted.get(key) ?? { file, revision, rows: [] };
    entry.rows.push(row);
    wanted.set(key, entry);
  };
  for (const { finding } of answers)
    for (const { row, revision, victims } of finding.rows) {
      want(row, revision);
      for (const victim of victims) want(victim.row, victim.revision);
    }
  const lines = new Map<string, number | null>();
  for (const { file, revision, rows } of wanted.values()) {
    const unique = [...new Set(rows)];
    const found = await locate(
      file,
      unique.map((row) => evidence.rows[row]!.ordinal),
    );
    for (const [index, row] of unique.entries()) lines.set(`${revision}/${row}`, found[index] ?? null);
  }
  return lines;
}
