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

const REMEDY = 'Remove the named rows from the training data or from the holdout.';

/** Rows of the holdout that stand in the training data, exactly or nearly. */
export const contamination = defineCheck({
  id: 'contamination',
  family: 'data',
  question: 'Does the change bring evaluation rows into the training data, or the reverse?',
  why: 'A model that has trained on its evaluation rows scores well for the wrong reason (Barz and Denzler 2020, ciFAIR).',
  needs: ['head', 'holdout'],
  options: {
    near: {
      default: 0.95,
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
      sentence: 'Fails when chance explains the excess of exact copies no more often than this; near copies warn.',
    },
    warn_alpha: {
      default: 0.1,
      min: 1e-6,
      max: 0.5,
      unit: 'rate',
      sentence: 'Warns when chance explains the excess no more often than this.',
    },
    standing: {
      default: 0.01,
      min: 0,
      max: 1,
      unit: 'share',
      sentence: 'Where base has no rows to compare with: warns from this share on.',
    },
  },
  gateMetric: 'exact copies across the split',
  remedy: REMEDY,
  run(evidence, options) {
    const copies = copiesOf(evidence, options.near);
    const looks = (['train', 'holdout'] as const).flatMap((split) =>
      [true, false].map((isExact) => look(evidence, copies, split, isExact, options.standing)),
    );
    // Four looks: Bonferroni.
    const failing = looks.filter(({ p, exact }) => exact && 4 * p <= options.alpha);
    const warning = looks.filter(({ p }) => 4 * p <= options.warn_alpha);
    const outcome = failing.length > 0 ? 'fail' : warning.length > 0 ? 'warn' : 'pass';
    const shown = failing.length > 0 ? failing : warning;
    const metrics = looks.map(({ name, excess }) => ({
      name,
      at: null,
      unit: 'rate',
      limit: null,
      base: rateEstimate(excess.base),
      head: rateEstimate(excess.head),
      delta: differenceEstimate(excess),
    }));
    const had = looks[2]!.excess.base;
    const before =
      had.k > 0
        ? ` Base had ${counted(had.k, 'holdout row')} in its training data before (${percent(had.k / had.n)}).`
        : '';
    const skipped = evidence.nearCopiesSkipped ? ' Near copies were not looked for: too many rows.' : '';
    if (outcome === 'pass') {
      const seen = looks.some(({ excess }) => excess.head.k > 0);
      return plainFinding(
        'pass',
        `${seen ? 'The change puts no more rows on both sides of the split than base itself has.' : 'The change puts no row on both sides of the split.'}${before}${skipped}`,
        { metrics },
      );
    }
    const rows = new Map(shown.flatMap(({ rows }) => rows.map((row) => [row.row, row] as const)));
    const named = [...rows.values()].sort((a, b) => b.score! - a.score! || a.row - b.row);
    const { excess, exact } = shown[0]!;
    return plainFinding(
      outcome,
      `${counted(named.length, 'row')} of the change ${named.length === 1 ? 'stands' : 'stand'} on both sides of the train/holdout split, ${exact ? 'exactly' : 'nearly'}: ${percent(excess.head.k / excess.head.n)} of them, against ${percent(excess.base.n === 0 ? 0 : excess.base.k / excess.base.n)} at base.${before}${skipped}`,
      { remedy: REMEDY, metrics, rows: named.slice(0, NAMED), rowsTotal: named.length },
    );
  },
  samples(seed) {
    const world = (copies: number) =>
      sampleWorld(seed, {
        holdout: 100,
        more: (rows) =>
          rows
            .filter((row) => row.split === 'holdout')
            .slice(0, copies)
            .map((row, i) => copyRow(row, seed + i, { split: 'train' })),
      });
    return { faulty: sampleEvidence(world(8)), clean: sampleEvidence(world(0)) };
  },
});

interface Look {
  readonly name: string;
  readonly exact: boolean;
  readonly excess: Excess;
  readonly p: number;
  readonly rows: readonly NamedRow[];
}

/** New rows of one split that have a copy in the other split at head, against base's rows at base. */
function look(
  evidence: Evidence,
  copies: readonly (readonly Copy[])[],
  split: 'train' | 'holdout',
  isExact: boolean,
  standing: number,
): Look {
  const { base, arriving } = rowSides(evidence, split);
  const across = (row: number, side: 'inBase' | 'inHead') =>
    copies[row]!.filter(
      (copy) => copy.exact === isExact && evidence.rows[copy.row]!.split !== split && evidence.rows[copy.row]![side],
    );
  const hits = arriving.filter((row) => across(row, 'inHead').length > 0);
  const excess = excessOf(
    { k: base.filter((row) => across(row, 'inBase').length > 0).length, n: base.length },
    { k: hits.length, n: arriving.length },
  );
  const alone = base.length === 0 && hits.length > standing * arriving.length;
  return {
    name: `${isExact ? 'exact' : 'near'} copies across the split, ${split === 'train' ? 'training' : 'holdout'} rows`,
    exact: isExact,
    excess,
    p: alone ? 0.02 : excess.p,
    rows: hits.map((row) => {
      const twins = across(row, 'inHead').toSorted((a, b) => b.similarity - a.similarity || a.row - b.row);
      const other = split === 'train' ? 'holdout' : 'training';
      return {
        row,
        revision: 'head',
        score: twins[0]!.similarity,
        q: null,
        why: isExact
          ? `Has the same features as a ${other} row.`
          : `Nearly repeats a ${other} row (similarity ${twins[0]!.similarity.toFixed(2)}).`,
        victims: twins.slice(0, 3).map((twin) => ({ row: twin.row, revision: 'head', effect: twin.similarity })),
      };
    }),
  };
}
