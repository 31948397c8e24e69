import type { Ensemble } from '../evidence/scores.ts';
import type { Block } from '../features/features.ts';
import type { Runtime } from '../onnx/runtime.ts';
import type { Pool } from '../table/pool.ts';
import type { Plan } from '../training/plan.ts';
import type { TrainingSubject } from '../training/subject.ts';
import type { AuditFigure, AuditTable } from './audit.ts';
import type { RowAuthors } from './row-authors.ts';
import type { ShadowOrder } from './shadows.ts';

/** What the user asks of an audit. */
export interface AuditOptions {
  /** Ids of the attacks to run; null for those of a default audit. */
  readonly attacks: readonly string[] | null;
  /** Copies that are planted of each target, ascending, 0 among them. */
  readonly poisons: readonly number[];
  /** Rows that are attacked. */
  readonly targets: number;
  /** Everything, however long it takes. */
  readonly thorough: boolean;
  /** Column whose values name contributors, or `author` for the authors of the lines; null for no such question. */
  readonly by: string | null;
}

/** What an attack works with: one data set, ready to be trained on. */
export interface AttackRun {
  readonly pool: Pool;
  /** Columns that the configuration calls sensitive. */
  readonly sensitive: readonly string[];
  /** Which features each column became; null where the slice's features are a model's own. */
  readonly blocks: readonly Block[] | null;
  /** Null where nothing can be trained: no label, no features, no rows. */
  readonly training: { readonly subject: TrainingSubject; readonly plan: Plan } | null;
  readonly options: AuditOptions;
  /** Where contributors are asked about by who committed each line; null or left out: nobody asked. */
  readonly authors?: RowAuthors | null;
  /** Keys all that the attack draws. */
  readonly seed: string;
  /** For graphs of an attack's own. */
  readonly runtime: Runtime;
  /** Trains one ensemble on the subject; needs `training`. */
  train(order: ShadowOrder): Promise<Ensemble>;
  /** Ensembles that the attack will train, for the progress line. */
  expect(ensembles: number): void;
  /** Shadow models that the attack trained by itself, for the account of what it cost. */
  count(models: number): void;
  /** Tells how far a work of the attack's own is, in [0,1]. */
  progress(step: string, share: number): void;
  /** Seconds until the audit's time is up; an attack may then leave out its last questions, and say so. */
  secondsLeft(): number;
}

/** A pool row that an attack names. */
export interface AttackedRow {
  readonly row: number;
  readonly effect: number;
  readonly why: string;
}

/** What an attack found. */
export interface Answered {
  readonly outcome: 'measured' | 'unknown' | 'not-applicable';
  readonly summary: string;
  readonly tables: readonly AuditTable[];
  readonly figures: readonly AuditFigure[];
  /** Worst first, at most 100. */
  readonly rows: readonly AttackedRow[];
  /** True where time ran out before all was asked. */
  readonly cut: boolean;
}

/** An attack: one question, answered by training shadow models under it. */
export interface Attack {
  readonly id: string;
  readonly question: string;
  readonly paper: string;
  /** One sentence: what it cannot see. */
  readonly blind: string;
  /** Whether an audit runs it where no attack is named. */
  readonly isDefault: (options: AuditOptions) => boolean;
  /** Share of the audit's time that it is worth, relative to the others. */
  readonly weight: number;
  run(at: AttackRun): Promise<Answered>;
}

/** An answer with nothing but an outcome and words. */
export function answered(
  outcome: Answered['outcome'],
  summary: string,
  more: Partial<Omit<Answered, 'outcome' | 'summary'>> = {},
): Answered {
  return { outcome, summary, tables: [], figures: [], rows: [], cut: false, ...more };
}
