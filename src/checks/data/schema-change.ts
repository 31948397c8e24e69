import type { ColumnSummary } from '../../evidence/column.ts';
import { plainFinding } from '../../evidence/finding.ts';
import { rateDifference } from '../../stats/interval.ts';
import { defineCheck } from '../check.ts';
import { sampleEvidence, sampleWorld } from '../sample-evidence.ts';
import { listed, percent } from '../words.ts';
import { appearedClasses, permutedColumns, renamedColumns } from './column-changes.ts';

const REMEDY = 'Check that whatever reads this data knows of the new columns or classes.';

/** What happened to the columns and classes. */
export const schemaChange = defineCheck({
  id: 'schema-change',
  family: 'data',
  question: 'Do columns or classes appear, vanish, change their kind or swap their values?',
  why: 'A model keeps reading columns by place or name; a renamed, swapped or emptied one spoils it without an error.',
  needs: ['base', 'head'],
  options: {
    missing: {
      default: 0.1,
      min: 0,
      max: 1,
      unit: 'share',
      sentence: "Warns when a column's share of missing values grows by more than this.",
    },
  },
  gateMetric: null,
  remedy: REMEDY,
  run(evidence, options) {
    const base = evidence.columns.base ?? [];
    const head = evidence.columns.head ?? [];
    const byName = new Map(base.map((column) => [column.name, column]));
    const names = new Set(head.map(({ name }) => name));
    const added = head.filter(({ name }) => !byName.has(name));
    const removed = base.filter(({ name }) => !names.has(name));
    const renamed = renamedColumns(removed, added);
    const both = head.flatMap((column) =>
      byName.has(column.name) ? [[byName.get(column.name)!, column] as const] : [],
    );
    const kinds = both.filter(([before, after]) => before.kind !== after.kind);
    const emptied = both.filter(([before, after]) => grows(before, after, options.missing));
    const classes = appearedClasses(evidence);
    const isRenamed = (column: ColumnSummary) => renamed.some((pair) => pair.includes(column));
    const facts = [
      told(
        'renamed',
        renamed.map(([before, after]) => `${before.name} to ${after.name}`),
      ),
      told(
        'removed',
        removed.filter((column) => !isRenamed(column)).map(({ name }) => name),
      ),
      told(
        'added',
        added.filter((column) => !isRenamed(column)).map(({ name }) => name),
      ),
      told(
        'other kind of values',
        kinds.map(([before, after]) => `${after.name}: ${before.kind} to ${after.kind}`),
      ),
      told(
        'values swapped',
        permutedColumns(both).map((cycle) => cycle.join(' and ')),
      ),
      told(
        'more missing values',
        emptied.map(
          ([before, after]) => `${after.name}: ${percent(missingShare(before))} to ${percent(missingShare(after))}`,
        ),
      ),
      told('new classes', classes.appeared),
      told('vanished classes', classes.vanished),
    ].filter((fact) => fact !== null);
    const lost = removed.some((column) => column.kind === 'label' && !isRenamed(column));
    const metrics = emptied.slice(0, 10).map(([before, after]) => ({
      name: `missing in ${after.name.slice(0, 60)}`,
      at: null,
      unit: 'share',
      limit: options.missing,
      base: { value: missingShare(before), low: null, high: null, n: before.rows },
      head: { value: missingShare(after), low: null, high: null, n: after.rows },
      delta: null,
    }));
    if (facts.length === 0) return plainFinding('pass', `Columns (${head.length}) and classes are as they were.`);
    return plainFinding(
      lost ? 'fail' : 'warn',
      `${lost ? 'The label column is gone. ' : ''}Columns or classes changed: ${facts.join('; ')}.`.slice(0, 900),
      {
        remedy: REMEDY,
        metrics,
      },
    );
  },
  samples(seed) {
    const clean = sampleEvidence(sampleWorld(seed));
    const head = clean.columns.head!;
    const place = seed % 8;
    const next = (place + 3) % 8;
    const faults: readonly ((columns: readonly ColumnSummary[]) => ColumnSummary[])[] = [
      (columns) => columns.filter((_, i) => i !== place),
      (columns) => columns.map((column, i) => (i === place ? { ...column, name: 'renamed' } : column)),
      (columns) => columns.map((column, i) => (i === place ? { ...column, kind: 'text', quantiles: null } : column)),
      (columns) =>
        columns.map((column, i) => (i === place ? { ...column, missing: Math.round(column.rows / 3) } : column)),
      (columns) =>
        columns.map((column, i) =>
          i === place
            ? { ...columns[next]!, name: column.name }
            : i === next
              ? { ...columns[place]!, name: column.name }
              : column,
        ),
    ];
    // Swapped columns can only be told when they differ: the eighth is in other units.
    const scaled = (columns: readonly ColumnSummary[]) =>
      columns.map((column, i) => ({ ...column, quantiles: column.quantiles?.map((value) => value * 2 ** i) ?? null }));
    const columns = { base: scaled(clean.columns.base!), head: faults[seed % faults.length]!(scaled(head)) };
    return { faulty: { ...clean, columns }, clean };
  },
});

function told(what: string, names: readonly string[]): string | null {
  return names.length === 0 ? null : `${what}: ${listed(names.map((name) => name.slice(0, 80)))}`;
}

function missingShare({ missing, rows }: ColumnSummary): number {
  return rows === 0 ? 0 : missing / rows;
}

function grows(before: ColumnSummary, after: ColumnSummary, limit: number): boolean {
  const { low } = rateDifference({ k: before.missing, n: before.rows }, { k: after.missing, n: after.rows });
  return missingShare(after) - missingShare(before) > limit && low > 0;
}
