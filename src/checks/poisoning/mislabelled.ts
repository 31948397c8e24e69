import type { Figure, NamedRow } from '../../evidence/finding.ts';
import { plainFinding } from '../../evidence/finding.ts';
import { ownEnsemble } from '../../evidence/scores.ts';
import { conformalPValues, smallestVisibleGroup } from '../../stats/conformal.ts';
import { benjaminiHochberg } from '../../stats/fdr.ts';
import { defineCheck } from '../check.ts';
import { rateEstimate } from '../excess.ts';
import { sampleEvidence, sampleWorld } from '../sample-evidence.ts';
import { copyRow, sampleRows } from '../sample-rows.ts';
import { counted, percent } from '../words.ts';
import { labelMargins, type ScoredUnit } from './label-margins.ts';
import { noveltyPValues } from './novelty.ts';
import { trustedRows } from './trusted-rows.ts';

const NAMED = 50;
/** A row farther from the trusted rows than this share of their own is of a domain that they do not cover. */
const FAR = 0.05;

const REMEDY = 'Look at the named rows and correct or drop those whose label is wrong.';

/** New rows whose label the rest of the data contradicts, at a controlled false discovery rate. */
export const mislabelled = defineCheck({
  id: 'mislabelled',
  family: 'poisoning',
  question: 'Do new rows carry labels that models of the base data find wrong?',
  why: 'Flipped labels poison and honest mistakes cost accuracy; conformal p-values against trusted base rows with Benjamini-Hochberg bound the share of false alarms (Bates et al. 2023, arXiv 2104.08279).',
  needs: ['head', 'label', 'classes', 'shadows'],
  options: {
    fdr: {
      default: 0.05,
      min: 0.001,
      max: 0.5,
      unit: 'rate',
      sentence: 'Share of wrongly named rows to be held on average.',
    },
  },
  gateMetric: 'flagged',
  remedy: REMEDY,
  run(evidence, options) {
    const ensemble = ownEnsemble(evidence.scores);
    if (!ensemble) return plainFinding('unknown', 'No shadow models were trained.');
    const trusted = trustedRows(evidence);
    if (trusted.rows.length === 0)
      return plainFinding('unknown', 'Base has no labelled rows: there is nothing to hold the new labels against.', {
        remedy: 'Name a `holdout` whose rows repeat no training row, or review the labels by hand.',
      });
    const { reference, change } = labelMargins(evidence, ensemble, trusted.rows);
    if (change.length === 0) return plainFinding('pass', 'The change brings no new labelled rows.');
    const models = trusted.name === 'base' ? 'models of base' : 'models of the other rows';
    const group = smallestVisibleGroup(reference.length, change.length, options.fdr);
    const blind = group > Math.max(5, 0.1 * change.length);
    const p = conformalPValues(
      reference.map(({ score }) => score),
      change.map(({ score }) => score),
    );
    const q = benjaminiHochberg(p);
    const flagged = change
      .map((unit, index) => ({ unit, p: p[index]!, q: q[index]! }))
      .filter((one) => one.q <= options.fdr)
      .sort((a, b) => a.unit.score - b.unit.score || a.unit.rows[0]! - b.unit.rows[0]!);
    const novelty = noveltyPValues(
      evidence,
      flagged.map(({ unit }) => unit.rows[0]!),
      trusted.rows,
    );
    const isFar = (unit: ScoredUnit) => (novelty.get(unit.rows[0]!) ?? 1) <= FAR;
    const suspects = flagged.filter(({ unit }) => !isFar(unit));
    const far = flagged.length - suspects.length;
    const newDomain = far > 0.5 * flagged.length && far >= 5;
    const named = newDomain ? [] : flagged;
    const rows = named.flatMap(({ unit, q }) =>
      unit.rows.map((row): NamedRow => nameRow(row, unit, q, isFar(unit) ? trusted.name : null)),
    );
    const sight = `Fewer than ${group} rows strange together could not have been seen with ${counted(reference.length, 'unit')} of ${trusted.name} to compare with.`;
    const trust = trusted.areNew ? ' The holdout came with the change and is taken at its word.' : '';
    const more = {
      metrics: [
        {
          name: 'flagged',
          at: { fdr: options.fdr },
          unit: 'rate',
          limit: null,
          base: null,
          head: rateEstimate({ k: flagged.length, n: change.length }),
          delta: null,
        },
        {
          name: 'smallest visible group',
          at: { fdr: options.fdr },
          unit: 'rows',
          limit: null,
          base: null,
          head: { value: group, low: null, high: null, n: reference.length },
          delta: null,
        },
      ],
      figures: [histogram(trusted.name, reference, change)],
    };
    if (newDomain)
      return plainFinding(
        'unknown',
        `New domain: ${far} of ${counted(change.length, 'new unit')} are unlike ${trusted.name} in label and lie where it has no rows; it cannot judge their labels.`,
        { ...more, remedy: 'Have someone check the labels of the new kind of rows.' },
      );
    if (rows.length > 0)
      return plainFinding(
        'warn',
        `${counted(rows.length, 'new row')} of ${change.length} (${percent(rows.length / change.length)}) carry a label that ${models} contradict, at a false discovery rate of ${percent(options.fdr)}.${trust}`,
        { ...more, remedy: REMEDY, rows: rows.slice(0, NAMED), rowsTotal: rows.length },
      );
    if (blind)
      return plainFinding('unknown', `Too few rows to compare with. ${sight}`, {
        ...more,
        remedy: 'Raise `fdr`, or review the labels by hand.',
      });
    return plainFinding(
      'pass',
      `No label of ${counted(change.length, 'new unit')} is contradicted by ${models}.${group > 1 ? ` ${sight}` : ''}${trust}`,
      more,
    );
  },
  samples(seed) {
    const world = (flips: number) =>
      sampleWorld(seed, {
        models: 16,
        more: () =>
          sampleRows(seed ^ 0xf11b, { count: flips, shares: [1, 1, 1, 1] }).map((row, i) =>
            copyRow(row, seed + i, { label: (row.label! + 1) % 4 }),
          ),
      });
    return { faulty: sampleEvidence(world(10)), clean: sampleEvidence(world(0)) };
  },
});

function nameRow(row: number, unit: ScoredUnit, q: number, farFrom: string | null): NamedRow {
  const place = farFrom ? ` The row also lies where ${farFrom} has few rows.` : '';
  return {
    row,
    revision: 'head',
    score: unit.score,
    q,
    why: `Models that never saw it give its label a margin ${Math.abs(unit.score).toFixed(1)} nats below what is usual for that class.${place}`,
    victims: [],
  };
}

/** Shares of units per margin bin, the trusted beside the change's. */
function histogram(trusted: string, reference: readonly ScoredUnit[], change: readonly ScoredUnit[]): Figure {
  const edges = { low: -15, high: 10, bins: 25 };
  const shares = (units: readonly ScoredUnit[]): (readonly [number, number])[] => {
    const width = (edges.high - edges.low) / edges.bins;
    const counts = new Array<number>(edges.bins).fill(0);
    for (const { score } of units) {
      const bin = Math.min(edges.bins - 1, Math.max(0, Math.floor((score - edges.low) / width)));
      counts[bin]!++;
    }
    return counts.map((count, bin) => [edges.low + (bin + 0.5) * width, count / Math.max(1, units.length)]);
  };
  return {
    kind: 'histogram',
    title: 'How well labels agree with models that never saw them',
    x: 'margin of the given label beyond the usual of its class (nats)',
    y: 'share of rows',
    series: [
      { name: trusted, points: shares(reference) },
      { name: 'new', points: shares(change) },
    ],
  };
}
