import type { Evidence } from '../evidence/evidence.ts';
import type { Experiment } from '../evidence/experiment.ts';
import type { Family, Finding } from '../evidence/finding.ts';

/** What a check cannot answer without. A check whose needs are not met is `not-applicable`, said by `review/run`. */
export type Need =
  | 'base'
  | 'head'
  | 'label'
  | 'classes'
  | 'holdout'
  | 'features'
  /** Shadow models of base and of base with the change; where base has no labelled rows, of head's own. */
  | 'shadows'
  /** Shadow models of base and of base with the change. */
  | 'ensembles'
  | 'screen'
  /** Columns that the configuration calls sensitive. */
  | 'sensitive'
  /** What a declared model itself says of the rows. */
  | 'release'
  /** A scan of all cells for secrets. */
  | 'secrets'
  /** Shadow language models, asked about the secrets in the text. */
  | 'extraction'
  /** A changed file of weights: a check that needs it is asked about no data set, and every other about no such file. */
  | 'weights';

/** One option of a check: written once; the config schema, the help and the docs are made from it. */
export interface Option {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** `rate`, `rows`, `share`, `d-prime`, `models` ... */
  readonly unit: string;
  readonly sentence: string;
}

export type OptionValues<O> = { readonly [K in keyof O]: number };

/** A check: one question, answered from evidence alone. */
export interface Check<O extends Readonly<Record<string, Option>> = Readonly<Record<string, Option>>> {
  readonly id: string;
  readonly family: Family;
  /** A yes/no question; yes is bad news. */
  readonly question: string;
  /** Why it matters, with the paper where there is one. */
  readonly why: string;
  readonly needs: readonly Need[];
  readonly options: O;
  /** Metrics that a gate may limit: `max` on head's value, `max_increase` on the delta; `max_rows` is always there. */
  readonly gateMetric: string | null;
  /** One sentence: what to do about it. */
  readonly remedy: string;
  /** Why it answers nothing by these options, as the end of a sentence; null where it does: a gate on it then never judges. */
  silent?(options: OptionValues<O>): string | null;
  experiments?(evidence: Evidence, options: OptionValues<O>): Experiment[];
  run(evidence: Evidence, options: OptionValues<O>): Finding;
  /**
   * Evidence with the fault planted (the check must warn or fail) and clean evidence (it must not); with the options of a
   * check that says nothing by its defaults.
   */
  samples(seed: number): {
    readonly faulty: Evidence;
    readonly clean: Evidence;
    readonly options?: Readonly<Record<string, number>>;
  };
}

/** Keeps a check's option names in its types and forgets them in the list. */
export function defineCheck<const O extends Readonly<Record<string, Option>>>(check: Check<O>): Check {
  return check as unknown as Check;
}

/** Default values of a check's options. */
export function defaultOptions<O extends Readonly<Record<string, Option>>>(options: O): OptionValues<O> {
  return Object.fromEntries(Object.entries(options).map(([name, option]) => [name, option.default])) as OptionValues<O>;
}

/** Whether a check is about files of weights rather than data sets. */
export function isAboutWeights({ needs }: Pick<Check, 'needs'>): boolean {
  return needs.includes('weights');
}
