import { type NamedRow, plainFinding } from '../../evidence/finding.ts';
import { holm } from '../../stats/fdr.ts';
import { permutation } from '../../tensor/random.ts';
import { rowSides } from '../change-rows.ts';
import { defineCheck } from '../check.ts';
import { type Copy, copiesOf } from '../copies.ts';
import { type Count, differenceEstimate, excessOf, rateEstimate } from '../excess.ts';
import { sampleEvidence, sampleWorld } from '../sample-evidence.ts';
import { copyRow } from '../sample-rows.ts';
import { counted, percent } from '../words.ts';

const NAMED = 50;

const REMEDY = 'Drop the repeated rows, or say why they belong there twice.';

/** New rows that repeat base or each other more often than base repeats itself. */
export const duplicates = defineCheck({
  id: 'duplicates',
  family: 'data',
  question: 'Does the change repeat rows, more often than base itself does?',
  why: 'Repeated rows are memorised, weigh more than others, and leak more (Lee et al. 2022, arXiv 2107.06499).',
  needs: ['base', 'head'],
  options: {
    near: {
      default: 0.9,
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
      sentence: 'Warns when chance explains the excess no more often than this.',
    },
    excess: {
      default: 0.01,
      min: 0,
      max: 1,
      unit: 'share',
      sentence: 'And when at least this share of the new rows is in excess.',
    },
  },
  gateMetric: 'exact duplicates of base',
  remedy: REMEDY,
  run(evidence, options) {
    const { base, kept, arriving } = rowSides(evidence);
    if (arriving.length === 0) return plainFinding('pass', 'The change brings no new rows.');
    const copies = copiesOf(evidence, options.near);
    const equal = (row: number, copy: Copy) =>
      copy.exact && evidence.rows[row]!.contentHash === evidence.rows[copy.row]!.contentHash;
    const near = (_row: number, copy: Copy) => !copy.exact;
    const rate = (rows: readonly number[], among: ReadonlySet<number>, test: typeof equal): Count => ({
      k: rows.filter((row) => copies[row]!.some((copy) => among.has(copy.row) && test(row, copy))).length,
      n: rows.length,
    });
    const all = new Set(base);
    const present = new Set(kept);
    const batches = batchesOf(base, arriving.length, evidence.seed);
    const within = (test: typeof equal): Count =>
      batches
        .map((batch) => rate(batch, new Set(batch), test))
        .reduce((sum, one) => ({ k: sum.k + one.k, n: sum.n + one.n }), { k: 0, n: 0 });
    const own = new Set(arriving);
    const looks = [
      {
        name: 'exact duplicates of base',
        test: equal,
        among: present,
        excess: excessOf(rate(base, all, equal), rate(arriving, present, equal)),
      },
      {
        name: 'exact duplicates inside the change',
        test: equal,
        among: own,
        excess: excessOf(within(equal), rate(arriving, own, equal)),
      },
      {
        name: 'near copies of base',
        test: near,
        among: present,
        excess: excessOf(rate(base, all, near), rate(arriving, present, near)),
      },
      {
        name: 'near copies inside the change',
        test: near,
        among: own,
        excess: excessOf(within(near), rate(arriving, own, near)),
      },
    ];
    const adjusted = holm(looks.map(({ excess }) => excess.p));
    const found = looks
      .map((look, i) => ({ ...look, p: adjusted[i]! }))
      .filter(({ p, excess }) => p <= options.alpha && excess.rows >= Math.max(2, options.excess * arriving.length));
    const metrics = looks.map(({ name, excess }) => ({
      name,
      at: name.startsWith('near') ? { similarity: options.near } : null,
      unit: 'rate',
      limit: null,
      base: rateEstimate(excess.base),
      head: rateEstimate(excess.head),
      delta: differenceEstimate(excess),
    }));
    const skipped = evidence.nearCopiesSkipped ? ' Near copies were not looked for: too many rows.' : '';
    if (found.length === 0) {
      const seen = looks
        .filter(({ excess }) => excess.head.k > 0)
        .map(({ name, excess }) => `${excess.head.k} ${name}`);
      return plainFinding(
        'pass',
        `${seen.length === 0 ? 'No new row repeats another.' : `${seen.join(', ')}: no more than base's own habit explains.`}${skipped}`,
        { metrics },
      );
    }
    const rows = arriving.flatMap((row): NamedRow[] => {
      const look = found.find(({ among, test }) => copies[row]!.some((copy) => among.has(copy.row) && test(row, copy)));
      if (!look) return [];
      const twins = copies[row]!.filter((copy) => look.among.has(copy.row) && look.test(row, copy));
      const what =
        look.test === equal ? 'Exact duplicate' : `Near copy (similarity ${twins[0]!.similarity.toFixed(2)})`;
      const where = look.among === own ? 'of another new row' : 'of a base row';
      const victims = twins.slice(0, 3).map((twin) => ({
        row: twin.row,
        revision: look.among === own ? ('head' as const) : ('base' as const),
        effect: twin.similarity,
      }));
      return [{ row, revision: 'head', score: twins[0]!.similarity, q: look.p, why: `${what} ${where}.`, victims }];
    });
    rows.sort((a, b) => b.score! - a.score! || a.row - b.row);
    const told = found.map(
      ({ name, excess }) =>
        `${excess.head.k} ${name} (${percent(excess.head.k / excess.head.n)}, base's own rate ${percent(excess.base.n === 0 ? 0 : excess.base.k / excess.base.n)})`,
    );
    return plainFinding(
      'warn',
      `${counted(rows.length, 'new row')} of ${arriving.length} ${rows.length === 1 ? 'repeats' : 'repeat'} others: ${told.join('; ')}.${skipped}`,
      {
        remedy: REMEDY,
        metrics,
        rows: rows.slice(0, NAMED),
        rowsTotal: rows.length,
      },
    );
  },
  samples(seed) {
    const world = (copies: number) =>
      sampleWorld(seed, {
        more: (rows) => rows.slice(0, copies).map((row, i) => copyRow(row, seed + i, { replaced: i % 3 })),
      });
    return { faulty: sampleEvidence(world(24)), clean: sampleEvidence(world(0)) };
  },
});

/** Base rows dealt into batches of the change's size: how often an honest batch repeats itself. */
function batchesOf(base: readonly number[], size: number, seed: number): number[][] {
  const order = permutation(seed, base.length);
  const whole = Math.max(1, Math.floor(base.length / size));
  return Array.from({ length: whole }, (_, batch) =>
    Array.from(order.subarray(batch * size, (batch + 1) * size), (index) => base[index]!),
  );
}
