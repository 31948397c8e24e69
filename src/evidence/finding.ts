import type { Revision } from './rows.ts';

/** `unknown`: looked and could not tell. `error`: the check broke; the others went on. Neither is a pass. */
export type Outcome = 'pass' | 'warn' | 'fail' | 'unknown' | 'not-applicable' | 'error';

export type Family = 'data' | 'leakage' | 'poisoning' | 'weights';

/** A value with its 95% interval (null when it has none) and the number of observations behind it. */
export interface Estimate {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number | null;
}

export interface Metric {
  readonly name: string;
  /** The operating point, e.g. `{fpr: 0.001}`. */
  readonly at: Readonly<Record<string, number>> | null;
  /** `rate` in [0,1], `rows`, `nats`, `d-prime`, `seconds`, `bytes`, or `share` in [0,1]. */
  readonly unit: string;
  readonly limit: number | null;
  readonly base: Estimate | null;
  readonly head: Estimate | null;
  readonly delta: Estimate | null;
}

/** A pool row that a finding names. `review/run` turns it into file and line. */
export interface NamedRow {
  /** Index of the row in `Evidence.rows`. */
  readonly row: number;
  readonly revision: Revision;
  readonly score: number | null;
  /** Adjusted p-value (Benjamini-Hochberg or Holm); null when the row was not tested. */
  readonly q: number | null;
  /** One sentence, without values of the row. */
  readonly why: string;
  readonly victims: readonly { readonly row: number; readonly revision: Revision; readonly effect: number }[];
}

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
  /** Index in `Evidence.rows` of the row that each point stands for; absent: points stand for no rows. */
  readonly rows?: readonly number[];
}

/** At most 2,000 points. */
export interface Figure {
  readonly kind: 'roc' | 'scatter' | 'matrix' | 'histogram' | 'bars';
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly series: readonly Series[];
}

/** What became of one tensor of a file of weights. */
export interface NamedTensor {
  readonly name: string;
  readonly kind: 'added' | 'removed' | 'retyped' | 'changed' | 'uncompared';
  /** Type and shape in words. */
  readonly base: string | null;
  readonly head: string | null;
  /** Of head: elements that are not a number, or infinite. */
  readonly notFinite: number;
  /** Figures of a `changed` one, see `ChangeFigures`; null else, and where they have no finite value. */
  readonly share: number | null;
  readonly relativeNorm: number | null;
  readonly cosine: number | null;
  readonly effectiveRank: number | null;
  readonly fullRank: number | null;
}

/** How well the check would have seen a planted fault in this very review. */
export interface Power {
  readonly planted: number;
  readonly found: number;
}

/** One check's answer about one subject, before policy (gates, ignores) has looked at it. */
export interface Finding {
  readonly outcome: Outcome;
  /** False where the fault stood in base already. */
  readonly introduced: boolean;
  /** One sentence: what was found. */
  readonly summary: string;
  /** One sentence: what to do; empty for a pass. */
  readonly remedy: string;
  readonly metrics: readonly Metric[];
  /** Worst first; capped by the check. */
  readonly rows: readonly NamedRow[];
  /** Number of rows concerned before the cap. */
  readonly rowsTotal: number;
  readonly figures: readonly Figure[];
  readonly power: Power | null;
  /** Largest change first; capped by the check. Left out where a check speaks of no tensors. */
  readonly tensors?: readonly NamedTensor[];
  /** Rows of the change that could not be looked at: with any, what was not found may be there. Nothing: none. */
  readonly unseen?: number;
}

/** A finding with nothing but an outcome and words. */
export function plainFinding(outcome: Outcome, summary: string, more: Partial<Finding> = {}): Finding {
  return {
    outcome,
    introduced: true,
    summary,
    remedy: '',
    metrics: [],
    rows: [],
    rowsTotal: more.rows?.length ?? 0,
    figures: [],
    power: null,
    ...more,
  };
}
