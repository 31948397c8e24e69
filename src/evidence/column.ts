/** How a column was read: decided once, on base. */
export type ColumnKind =
  | 'numeric'
  | 'list'
  | 'category'
  | 'boolean'
  | 'date'
  | 'text'
  | 'image'
  | 'constant'
  | 'label'
  | 'id'
  | 'group'
  | 'excluded';

/** What one column looks like at one revision: counts and shares, never values of rows. */
export interface ColumnSummary {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly rows: number;
  readonly missing: number;
  readonly distinct: number;
  /** Numeric and date columns (dates as seconds since 1970): 0, 10, 25, 50, 75, 90 and 100% quantiles. */
  readonly quantiles: readonly number[] | null;
  /**
   * Cross-validated accuracy of predicting the label from this column alone (a one-column rule fitted on one half,
   * scored on the other), in [0, 1]; null without a label. For `target-leak`.
   */
  readonly labelAccuracy: number | null;
}
