import type { ColumnSummary } from '../../evidence/column.ts';
import { plainFinding } from '../../evidence/finding.ts';
import { defineCheck } from '../check.ts';
import { sampleEvidence, sampleWorld } from '../sample-evidence.ts';
import { listed, percent } from '../words.ts';

const NOT_LEARNED = new Set(['label', 'id', 'group', 'excluded', 'constant']);

const REMEDY = 'Check when the column is known; exclude it when that is after the label.';

/** A column that gives the label away nearly alone. */
export const targetLeak = defineCheck({
  id: 'target-leak',
  family: 'data',
  question: 'Does a single column give the label away?',
  why: 'A column made from the label (a status set afterwards, an export number) makes every score of the model meaningless.',
  needs: ['head', 'label', 'classes'],
  options: {
    lift: {
      default: 0.95,
      min: 0.5,
      max: 1,
      unit: 'share',
      sentence: 'Warns when one column removes this share of the errors of guessing the largest class.',
    },
  },
  gateMetric: 'label accuracy',
  remedy: REMEDY,
  run(evidence, options) {
    const majority = { base: majorityShare(evidence.rows, 'inBase'), head: majorityShare(evidence.rows, 'inHead') };
    const head = (evidence.columns.head ?? []).filter(
      ({ kind, labelAccuracy }) => labelAccuracy !== null && !NOT_LEARNED.has(kind),
    );
    if (head.length === 0) return plainFinding('unknown', 'No column could be tried against the label.');
    const before = new Map((evidence.columns.base ?? []).map((column) => [column.name, column]));
    const leaks = (column: ColumnSummary | undefined, share: number) =>
      column !== undefined && lift(column.labelAccuracy ?? 0, share) >= options.lift;
    const found = head.filter((column) => leaks(column, majority.head));
    const introduced = found.filter((column) => !leaks(before.get(column.name), majority.base));
    const best = head.toSorted((a, b) => b.labelAccuracy! - a.labelAccuracy!);
    const metrics = (found.length > 0 ? found : best.slice(0, 1)).slice(0, 10).map((column) => ({
      name: `label accuracy of ${column.name.slice(0, 60)}`,
      at: null,
      unit: 'rate',
      limit: null,
      base: accuracy(before.get(column.name)),
      head: accuracy(column),
      delta: null,
    }));
    if (found.length === 0)
      return plainFinding(
        'pass',
        `No single column gives the label away (the best alone is right in ${percent(best[0]!.labelAccuracy!)}, guessing in ${percent(majority.head)}).`,
        { metrics },
      );
    const shown = introduced.length > 0 ? introduced : found;
    const when = introduced.length > 0 ? 'since this change' : 'already at base';
    return plainFinding(
      'warn',
      `${listed(shown.map(({ name }) => name.slice(0, 60)))} ${shown.length === 1 ? 'gives' : 'give'} the label away nearly alone, ${when}: right in ${percent(shown[0]!.labelAccuracy!)}, where guessing is right in ${percent(majority.head)}.`,
      { metrics, remedy: REMEDY, introduced: introduced.length > 0 },
    );
  },
  samples(seed) {
    const world = sampleWorld(seed);
    const clean = sampleEvidence(world);
    const columns = clean.columns.head!.map((column, i) =>
      i === seed % 8 ? { ...column, labelAccuracy: 0.995 } : column,
    );
    return { faulty: { ...clean, columns: { ...clean.columns, head: columns } }, clean };
  },
});

/** Share of the errors of always guessing the largest class that are removed; at most 1. */
function lift(value: number, majority: number): number {
  return majority >= 1 ? 0 : (value - majority) / (1 - majority);
}

function accuracy(column: ColumnSummary | undefined) {
  if (!column || column.labelAccuracy === null) return null;
  return { value: column.labelAccuracy, low: null, high: null, n: column.rows };
}

function majorityShare(
  rows: readonly { label: number | null; inBase: boolean; inHead: boolean; split: string }[],
  side: 'inBase' | 'inHead',
): number {
  const counts = new Map<number, number>();
  let n = 0;
  for (const row of rows)
    if (row[side] && row.split === 'train' && row.label !== null) {
      counts.set(row.label, (counts.get(row.label) ?? 0) + 1);
      n++;
    }
  let most = 0;
  for (const count of counts.values()) most = Math.max(most, count);
  return n === 0 ? 0 : most / n;
}
