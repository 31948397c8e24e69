/** `.github/taster.yml` after parsing: every default filled in, readonly from here on. */
export interface Config {
  readonly data: readonly DataConfig[];
  readonly models: readonly ModelConfig[];
  readonly shadows: {
    readonly models: number;
    readonly budgetSeconds: number;
    readonly epochs: number | 'auto';
    readonly maxRows: number;
  };
  /** Per check id: `off`, or option values that differ from the defaults. */
  readonly checks: Readonly<Record<string, 'off' | Readonly<Record<string, number>>>>;
  readonly gates: readonly Gate[];
  /** How a gated `unknown` or `error` reads. */
  readonly onUnknown: 'fail' | 'pass';
  /** The same where the cause lies outside the change (a download, GitHub's 5xx). */
  readonly onInfrastructure: 'fail' | 'pass';
  readonly ignore: readonly Ignore[];
  readonly comment: 'always' | 'on-findings' | 'never';
  readonly samples: boolean;
}

export interface DataConfig {
  readonly name: string;
  /** A file, or a glob for parts (`*`, `?`, `**`), relative to the repository's root. */
  readonly path: string;
  readonly label: string | null;
  readonly classes: readonly string[] | null;
  readonly id: string | null;
  readonly group: string | null;
  readonly exclude: readonly string[];
  readonly text: readonly string[];
  readonly image: string | null;
  readonly sensitive: readonly string[];
  readonly holdout: string | null;
}

export interface ModelConfig {
  readonly path: string;
  readonly data: string | null;
  /** `auto`, `last:N` (the last N layers) or `from:NODE`. */
  readonly slice: string;
  /** Model input -> column or feature; empty: worked out from the graph. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Output of the graph; null: worked out. */
  readonly output: { readonly name: string; readonly kind: 'logits' | 'probabilities' | null } | null;
  readonly preprocess: {
    readonly mean: readonly number[] | null;
    readonly std: readonly number[] | null;
    readonly layout: 'nchw' | 'nhwc' | null;
  } | null;
  readonly tokenizer: string | null;
}

/** What makes the required check red. With no limit set, any `fail` of the check breaks it. */
export interface Gate {
  readonly check: string;
  /** Name of a data set, or null for all of them. */
  readonly data: string | null;
  readonly max: number | null;
  readonly maxIncrease: number | null;
  readonly maxRows: number | null;
}

/** A known and accepted finding. */
export interface Ignore {
  readonly check: string;
  /** `id=VALUE` or `COLUMN=VALUE` as written; empty: every row of the check. */
  readonly rows: readonly string[];
  readonly reason: string;
  /** ISO date; the ignore has no effect after it. */
  readonly until: string | null;
}
