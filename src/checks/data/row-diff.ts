import type { Estimate } from '../../evidence/finding.ts';
import { plainFinding } from '../../evidence/finding.ts';
import { rowSides } from '../change-rows.ts';
import { defineCheck } from '../check.ts';
import { sampleEvidence, sampleWorld } from '../sample-evidence.ts';
import { counted, percent } from '../words.ts';

const NAMED = 20;
const exactly = (value: number): Estimate => ({ value, low: null, high: null, n: null });

const REMEDY = 'Check that the removed rows were meant to go.';

/** What was added, removed, changed and moved. */
export const rowDiff = defineCheck({
  id: 'row-diff',
  family: 'data',
  question: 'Does the change remove a large part of the data?',
  why: 'A line diff of a data file says little about its rows; rows that vanish can hide behind re-sorting.',
  needs: ['base', 'head'],
  options: {
    max_removed: { default: 0.2, min: 0, max: 1, unit: 'share', sentence: 'Warns when more of base than this goes.' },
  },
  gateMetric: 'removed',
  remedy: REMEDY,
  run(evidence, options) {
    const { base, head, added, removed, changed, moved } = evidence.counts;
    const share = base === 0 ? 0 : removed / base;
    const parts = [
      [added, 'added'],
      [removed, 'removed'],
      [changed, 'changed'],
      [moved, 'moved'],
    ] as const;
    const told = parts
      .filter(([count]) => count > 0)
      .map(([count, word]) => `${count.toLocaleString('en-US')} ${word}`);
    const summary =
      told.length === 0
        ? `No row differs (${counted(base, 'row')}).`
        : `${told.join(', ')}; ${counted(base, 'row')} before, ${head.toLocaleString('en-US')} after.`;
    const tooMany = share > options.max_removed;
    const gone = tooMany ? rowSides(evidence).leaving.filter((row) => evidence.rows[row]!.change === 'removed') : [];
    return plainFinding(
      tooMany ? 'warn' : 'pass',
      tooMany ? `${percent(share)} of base's rows are removed. ${summary}` : summary,
      {
        remedy: tooMany ? REMEDY : '',
        metrics: [
          {
            name: 'rows',
            at: null,
            unit: 'rows',
            limit: null,
            base: exactly(base),
            head: exactly(head),
            delta: exactly(head - base),
          },
          {
            name: 'removed',
            at: null,
            unit: 'share',
            limit: options.max_removed,
            base: null,
            head: exactly(share),
            delta: null,
          },
        ],
        rows: gone
          .slice(0, NAMED)
          .map((row) => ({ row, revision: 'base', score: null, q: null, why: 'Removed by the change.', victims: [] })),
        rowsTotal: tooMany ? removed : 0,
      },
    );
  },
  samples(seed) {
    const removed = (count: number) =>
      sampleEvidence(
        sampleWorld(seed, {
          base: 300,
          more: (rows) => rows.slice(0, count).map((row) => ({ ...row, change: 'removed', inHead: false })),
        }),
      );
    return { faulty: removed(150), clean: removed(10) };
  },
});
