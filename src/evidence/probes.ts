/** Rows of one sensitive column, asked about with each of V values in their place; never trained on so. */
export interface Probe {
  readonly column: string;
  /** V */
  readonly values: number;
  /** [K] pool rows that stay: first those that the change comes close to, then a sample. */
  readonly rows: readonly number[];
  /** How many of them the change comes close to. */
  readonly near: number;
  /** How many of these, the first, it repeats more than once in all but the column and the label: as poison does. */
  readonly contradicted: number;
  /** [K] index of the value that stands in the row. */
  readonly truth: readonly number[];
  /** [M,K,V] under the row's own label, by the models of `base` and of `with`; null before they were asked. */
  readonly base: Float32Array | null;
  readonly with: Float32Array | null;
}

/** What models are asked about sensitive columns, and what they are not. */
export interface Probes {
  readonly asked: readonly Probe[];
  readonly unasked: readonly { readonly column: string; readonly outcome: 'unknown' | 'not-applicable'; readonly why: string }[]; // biome-ignore format: one idea
}

/** Checks lengths and ranges. Throws a plain Error: a breach is a bug of ours. */
export function checkProbes(
  { asked }: Probes,
  { rows, models }: { readonly rows: number; readonly models: number | null },
): void {
  for (const { column, rows: probed, truth, values, near, contradicted, ...answers } of asked) {
    const isOrdered = contradicted <= near && near <= probed.length;
    if (probed.some((row) => !(row >= 0 && row < rows)) || truth.length !== probed.length || !isOrdered)
      throw new Error(`probes of ${column}: rows`);
    if (truth.some((value) => !(value >= 0 && value < values))) throw new Error(`probes of ${column}: values`);
    for (const phi of [answers.base, answers.with])
      if (phi && phi.length !== (models ?? 0) * probed.length * values)
        throw new Error(`probes of ${column}: ${phi.length} answers`);
  }
}
