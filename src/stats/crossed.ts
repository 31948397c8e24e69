import { jackknifeError } from './paired.ts';

const MODEL_GROUPS = 8;
const ROW_GROUPS = 10;

/** What is left where a group of models, or of rows, is left out. */
export interface CrossedPart {
  readonly models: readonly number[];
  readonly rows: readonly number[];
}

const range = (n: number) => Array.from({ length: n }, (_, index) => index);

/** Parts without each of 8 groups of models (neither targets nor references), then without each of up to 10 of rows. */
export function crossedParts(models: number, rows: number): CrossedPart[] {
  const [allModels, allRows] = [range(models), range(rows)];
  const groups = Math.min(ROW_GROUPS, rows);
  return [
    ...range(MODEL_GROUPS).map((group) => ({
      rows: allRows,
      models: allModels.filter((model) => model % MODEL_GROUPS !== group),
    })),
    ...range(groups).map((group) => ({ models: allModels, rows: allRows.filter((row) => row % groups !== group) })),
  ];
}

/** The standard error of a figure from its values on those parts: models and rows are crossed, and both are drawn. */
export function crossedError(values: readonly number[]): number {
  return Math.hypot(jackknifeError(values.slice(0, MODEL_GROUPS)), jackknifeError(values.slice(MODEL_GROUPS)));
}
