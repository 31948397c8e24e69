import type { Evidence } from '../../evidence/evidence.ts';
import { type NamedRow, plainFinding } from '../../evidence/finding.ts';
import { rowSides } from '../change-rows.ts';
import { defineCheck } from '../check.ts';
import { type Copy, copiesOf } from '../copies.ts';
import { differenceEstimate, type Excess, excessOf, rateEstimate } from '../excess.ts';
import { sampleEvidence, sampleWorld } from '../sample-evidence.ts';
import { copyRow } from '../sample-rows.ts';
import { counted, percent } from '../words.ts';

const NAMED = 50;
const VICTIMS = 5;

const REMEDY = 'Look at the named rows beside the base rows that they repeat, and drop or relabel the wrong ones.';

/** New rows that repeat a base row under another label, measured against how often base does so itself. */
export const conflictingCopies = defineCheck({
  id: 'conflicting-copies',
  family: 'poisoning',
  question: 'Does the change repeat rows of base under another label, more often than base itself does?',
  why: 'A wrong-label copy makes a model give away the row that it copies (Tramèr et al. 2022, arXiv 2204.00032).',
  needs: ['base', 'head', 'label', 'classes'],
  options: {
    near: {
      default: 0.8,
      min: 0.5,
      max: 1,
      unit: 'share',
      sentence: 'Similarity from which a row counts as a near copy.',
    },
    alpha: {
      default: 0.01,
      min: 1e-6,
      max: 0.2,
      unit: 'rate',
      sentence: 'Fails when chance explains the excess no more often than this.',
    },
    warn_alpha: {
      default: 0.1,
      min: 1e-6,
      max: 0.5,
      unit: 'rate',
      sentence: 'Warns when chance explains the excess no more often than this.',
    },
  },
  gateMetric: 'conflicting',
  remedy: REMEDY,
  run(evidence, options) {
    const { base, kept, arriving } = rowSides(evidence);
    if (arriving.length === 0) return plainFinding('pass', 'The change brings no new rows.');
    const present = new Set(kept);
    const all = new Set(base);
    const copies = copiesOf(evidence, options.near);
    // Base rows are judged by all of base; new rows only by what stays: a corrected label is no conflict.
    const conflicts = (row: number, among: ReadonlySet<number>): Copy[] =>
      copies[row]!.filter((copy) => among.has(copy.row) && differs(evidence, row, copy.row));
    const ofBase = base.map((row) => conflicts(row, all));
    const ofChange = new Map(arriving.map((row) => [row, conflicts(row, present)]));
    const tier = (isExact: boolean): Excess => {
      const has = (found: readonly Copy[]) => found.some((copy) => copy.exact || !isExact);
      const units = [...Map.groupBy(arriving, (row) => evidence.rows[row]!.unit).values()];
      const hit = units.filter((unit) => 2 * unit.filter((row) => has(ofChange.get(row)!)).length >= unit.length);
      return excessOf({ k: ofBase.filter(has).length, n: base.length }, { k: hit.length, n: units.length });
    };
    const tiers = [tier(true), tier(false)] as const;
    // Two looks, exact copies and all copies: Bonferroni.
    const worst = tiers[0].p <= tiers[1].p ? tiers[0] : tiers[1];
    const p = Math.min(1, 2 * worst.p);
    const outcome = p <= options.alpha ? 'fail' : p <= options.warn_alpha ? 'warn' : 'pass';
    const exactOnly = worst === tiers[0];
    const rows = nameRows(ofChange, exactOnly);
    const excess = Math.max(1, Math.round(worst.rows));
    const kind = exactOnly ? 'exactly repeat' : 'repeat (exactly or nearly)';
    const rates = `${percent(worst.head.k / worst.head.n)} against base's own ${percent(worst.base.n === 0 ? 0 : worst.base.k / worst.base.n)}`;
    const skipped = evidence.nearCopiesSkipped ? ' Near copies were not looked for: too many rows.' : '';
    const summary =
      outcome === 'pass'
        ? `${rows.length === 0 ? 'No new row repeats a base row under another label.' : `${counted(rows.length, 'new row')} under another label than a copy in base: ${rates}, no more than chance brings.`}${skipped}`
        : `${counted(rows.length, 'new row')} ${kind} a base row under another label: ${rates}, about ${excess} more than expected (p = ${p.toPrecision(2)}).${skipped}`;
    return plainFinding(outcome, summary, {
      remedy: outcome === 'pass' ? '' : REMEDY,
      metrics: tiers.map((one, index) => ({
        name: index === 0 ? 'conflicting exact copies' : 'conflicting',
        at: index === 0 ? null : { similarity: options.near },
        unit: 'rate',
        limit: null,
        base: rateEstimate(one.base),
        head: rateEstimate(one.head),
        delta: differenceEstimate(one),
      })),
      rows: outcome === 'pass' ? [] : rows.slice(0, NAMED).map((row) => ({ ...row, q: p })),
      rowsTotal: outcome === 'pass' ? 0 : rows.length,
    });
  },
  samples(seed) {
    const world = (copies: number, wrong: boolean) =>
      sampleWorld(seed, {
        // Base repeats itself with other labels now and then, as honest data do.
        more: (rows) => [
          ...rows
            .slice(0, 4)
            .map((row, i) => copyRow(row, seed + i, { change: 'same', inBase: true, label: (row.label! + 1) % 4 })),
          ...rows
            .slice(10, 10 + copies)
            .map((row, i) =>
              copyRow(row, seed + i, { replaced: i % 3, label: wrong ? (row.label! + 1) % 4 : row.label }),
            ),
        ],
      });
    return { faulty: sampleEvidence(world(6, true)), clean: sampleEvidence(world(6, false)) };
  },
});

function differs(evidence: Evidence, a: number, b: number): boolean {
  const one = evidence.rows[a]!.label;
  const other = evidence.rows[b]!.label;
  return one !== null && other !== null && one !== other;
}

function nameRows(found: ReadonlyMap<number, readonly Copy[]>, exactOnly: boolean): NamedRow[] {
  return [...found]
    .map(([row, copies]) => ({ row, copies: copies.filter((copy) => copy.exact || !exactOnly) }))
    .filter(({ copies }) => copies.length > 0)
    .map(({ row, copies }) => ({
      row,
      copies: copies.toSorted((a, b) => b.similarity - a.similarity || a.row - b.row),
    }))
    .sort((a, b) => b.copies[0]!.similarity - a.copies[0]!.similarity || a.row - b.row)
    .map(({ row, copies }) => ({
      row,
      revision: 'head',
      score: copies[0]!.similarity,
      q: null,
      why: `${copies[0]!.exact ? 'Exact copy' : `Near copy (similarity ${copies[0]!.similarity.toFixed(2)})`} of a base row that carries another label.`,
      victims: copies.slice(0, VICTIMS).map((copy) => ({ row: copy.row, revision: 'base', effect: copy.similarity })),
    }));
}
