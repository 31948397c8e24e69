import { oneLine } from '../errors.ts';
import type { Ensemble } from '../evidence/scores.ts';
import type { Ready } from '../review/prepare.ts';
import type { DataRequest } from '../review/request.ts';
import type { Pool } from '../table/pool.ts';
import { describeSlice } from '../training/slice.ts';
import type { Audit } from './audit.ts';

/** What an audit says of a data set and of the models that it trained; accuracy is `first`'s, an ensemble without poison. */
export function summariseData(
  data: DataRequest,
  pool: Pool,
  { prepared, training }: Ready,
  first: Ensemble | null,
): Audit['data'][number] {
  return {
    name: data.name,
    path: data.path,
    rows: pool.counts.head,
    used: pool.rows.filter(({ split }) => split === 'train').length,
    label: pool.columns.find(({ kind }) => kind === 'label')?.name.slice(0, 1000) ?? data.options.label,
    slice: training ? describeSlice(training.plan.slice).slice(0, 300) : null,
    shadows: training?.plan.models ?? 0,
    epochs: training?.plan.recipe.epochs ?? 0,
    trainAccuracy: first?.trainAccuracy ?? null,
    testAccuracy: first?.testAccuracy ?? null,
    columns: prepared.features.description.slice(0, 200).map((sentence) => oneLine(sentence, 300)),
  };
}
