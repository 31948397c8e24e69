import type { ColumnSummary } from './column.ts';
import type { ExperimentResult } from './experiment.ts';
import { checkExtraction, type Extraction } from './extraction.ts';
import { checkProbes, type Probes } from './probes.ts';
import type { Release } from './release.ts';
import type { NearCopy, PoolRow } from './rows.ts';
import type { Scores } from './scores.ts';
import { checkSecrets, type Secrets } from './secrets.ts';
import { checkWeights, type WeightFacts } from './weights.ts';

export type Task = 'classification' | 'regression' | 'unlabelled';

/** Which data set and model are spoken of. */
export interface Subject {
  readonly data: string | null;
  readonly model: string | null;
  readonly path: string | null;
}

/** Rows of the training files per revision, and what changed between them. */
export interface RowCounts {
  readonly base: number;
  readonly head: number;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  readonly moved: number;
}

/** Everything that checks may see about one subject. Validated once, when made (`makeEvidence`). */
export interface Evidence {
  readonly subject: Subject;
  readonly task: Task;
  /** Names of the classes in the order of the label indices; empty unless `task` is classification. */
  readonly classes: readonly string[];
  /** Column summaries per revision; head is null when the data set was removed, base when it is new. */
  readonly columns: { readonly base: readonly ColumnSummary[] | null; readonly head: readonly ColumnSummary[] | null };
  /** Counts over the whole data set, also where the pool is a sample of it. */
  readonly counts: RowCounts;
  /** True when the pool holds only a sample of base's rows (all change rows are always in). */
  readonly sampled: boolean;
  /** Rows that could not be read, and other remarks of the reader, one sentence each. */
  readonly remarks: readonly string[];
  /** The pool: N rows. */
  readonly rows: readonly PoolRow[];
  /** All pairs above the near-copy threshold in which at least one row is of the change, or holdout, and base pairs too. */
  readonly nearCopies: readonly NearCopy[];
  /** True when near copies were not looked for (too many rows): checks that lean on them say so. */
  readonly nearCopiesSkipped: boolean;
  /** [N,D] features in single precision, for distances; null when no features could be made. */
  readonly features: { readonly values: Float32Array; readonly width: number } | null;
  readonly scores: Scores;
  /** What the declared model itself says of the rows; null where none is declared. */
  readonly release: Release | null;
  /** What models answer to other values of sensitive columns; nothing where no column is called sensitive. */
  readonly probes?: Probes | null;
  readonly experiments: readonly ExperimentResult[];
  /** A changed file of weights; null where the subject is a data set, whose fields are empty where this is not. */
  readonly weights: WeightFacts | null;
  /** What a scan of all cells found; absent where none was asked for. */
  readonly secrets?: Secrets;
  /** What language models say of the secrets in the text; absent where none were asked for. */
  readonly extraction?: Extraction;
  /** Seed of the plan (its nonce): checks that draw random numbers key them with it. */
  readonly seed: number;
}

/** Checks the lengths and ranges that every check relies on. Throws a plain Error: a breach is a bug of ours. */
export function makeEvidence(evidence: Evidence): Evidence {
  const rows = evidence.rows.length;
  if (evidence.weights && (evidence.subject.data !== null || rows > 0)) throw new Error('weights of a data set');
  if (evidence.weights) checkWeights(evidence.weights);
  if (evidence.secrets) checkSecrets(evidence.secrets, rows);
  if (evidence.extraction) checkExtraction(evidence.extraction, rows);
  for (const ensemble of [evidence.scores.base, evidence.scores.with, evidence.scores.screen]) {
    if (!ensemble) continue;
    const cells = ensemble.models * ensemble.rows;
    if (ensemble.rows !== rows || ensemble.phi.length !== cells || ensemble.inside.length !== cells)
      throw new Error(
        `ensemble ${ensemble.name}: ${ensemble.rows} rows, ${ensemble.phi.length} scores; expected ${rows} rows`,
      );
  }
  for (const side of [evidence.release?.base, evidence.release?.head])
    if (side && [side.phi, side.predicted, side.confidence].some((each) => each.length !== rows))
      throw new Error(`a released model's scores: expected ${rows} rows`);
  const gradients = evidence.release?.gradients;
  if (gradients && gradients.values.length !== gradients.classes * gradients.width)
    throw new Error(`a released model's input gradients: ${gradients.values.length} values`);
  if (evidence.probes) checkProbes(evidence.probes, { rows, models: evidence.scores.base?.models ?? null });
  if (evidence.features && evidence.features.values.length !== rows * evidence.features.width)
    throw new Error(
      `features: ${evidence.features.values.length} values; expected ${rows} x ${evidence.features.width}`,
    );
  for (const { a, b, similarity } of evidence.nearCopies)
    if (!(a >= 0 && a < b && b < rows && similarity >= 0 && similarity <= 1))
      throw new Error(`near copy ${a}, ${b} of ${rows} rows`);
  for (const row of evidence.rows)
    if (
      evidence.task === 'classification' &&
      row.label !== null &&
      !(row.label >= 0 && row.label < evidence.classes.length)
    )
      throw new Error(`row ${row.id}: class ${row.label} of ${evidence.classes.length}`);
  return evidence;
}

/** Evidence about a changed file of weights, at its path at head, or at base where it is gone. */
export function weightEvidence(path: string, weights: WeightFacts, seed: number): Evidence {
  return makeEvidence({
    subject: { data: null, model: path, path },
    task: 'unlabelled',
    classes: [],
    columns: { base: null, head: null },
    counts: { base: 0, head: 0, added: 0, removed: 0, changed: 0, moved: 0 },
    sampled: false,
    remarks: [],
    rows: [],
    nearCopies: [],
    nearCopiesSkipped: false,
    features: null,
    scores: { base: null, with: null, screen: null },
    release: null,
    experiments: [],
    weights,
    seed,
  });
}
