import type { Evidence } from '../../evidence/evidence.ts';
import {
  type Figure,
  type Finding,
  type Metric,
  type NamedRow,
  type Power,
  plainFinding,
} from '../../evidence/finding.ts';
import type { Shortlist } from './shortlist.ts';
import type { Judged, Verification } from './verify.ts';

const FEWEST_DECOYS = 20;
const LARGEST_DETECTABLE = 2.5;

/** The finding of a verified shortlist: which rows expose which, or that none does, or that it could not be told. */
export function answer(
  evidence: Evidence,
  list: Shortlist,
  result: Verification,
  power: Power | null,
  remedy: string,
): Finding {
  const found = powerSentence(power);
  const exposed = result.judged.filter(({ verdict }) => verdict === 'exposed');
  const suspicious = result.judged.filter(({ verdict }) => verdict === 'suspicious');
  const named = exposed.length > 0 ? exposed : suspicious;
  const rows = culpritRows(evidence, named);
  const more = {
    power,
    metrics: metricsOf(result, exposed),
    figures: [figureOf(result)],
    rows,
    rowsTotal: rows.length,
  };
  const many = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;
  if (exposed.length > 0)
    return plainFinding(
      'fail',
      `${many(rows.length, 'new row')} expose${rows.length === 1 ? 's' : ''} ${many(exposed.length, 'row')} of the data that you have; without ${rows.length === 1 ? 'it' : 'them'} ${exposed.length === 1 ? 'it is' : 'they are'} safe again: verified by retraining.${found}`,
      { ...more, remedy: remedy },
    );
  const unsure = result.decoys < FEWEST_DECOYS || result.detectable > LARGEST_DETECTABLE || result.empty > 0;
  if (unsure)
    return plainFinding(
      'unknown',
      `${many(list.suspects.length, 'suspect')} could not be judged: the smallest effect that would have been seen is ${result.detectable.toFixed(1)}, ${result.decoys} decoys, ${result.empty} rows without enough models.`,
      { ...more, remedy: 'Use more shadow models, or split the change into smaller ones.' },
    );
  if (suspicious.length > 0)
    return plainFinding(
      'warn',
      `${many(rows.length, 'new row')} may expose ${many(suspicious.length, 'row')}; the effect is below the limit of a failure.${found}`,
      { ...more, remedy: remedy },
    );
  const largest = Math.max(0, ...result.judged.map(({ difference }) => difference));
  return plainFinding(
    'pass',
    `${many(list.suspects.length, 'suspect')} of ${many(list.screened, 'new unit')} ${list.suspects.length === 1 ? 'was' : 'were'} verified by retraining: none exposes a row (largest effect ${largest.toFixed(1)}).${found}`,
    { ...more, rows: [], rowsTotal: 0 },
  );
}

/** One named row per culprit, with all its victims. */
function culpritRows(evidence: Evidence, judged: readonly Judged[]): NamedRow[] {
  const byUnit = new Map<number, { rows: readonly number[]; victims: Judged[] }>();
  for (const one of judged)
    for (const { unit, rows } of one.culprits) {
      const entry = byUnit.get(unit) ?? { rows, victims: [] };
      entry.victims.push(one);
      byUnit.set(unit, entry);
    }
  return [...byUnit.values()]
    .flatMap(({ rows, victims }) =>
      rows.map((row): NamedRow => {
        const sorted = [...victims].sort((x, y) => y.difference - x.difference);
        const worst = sorted[0]!;
        const isRemoval = !evidence.rows[row]!.inHead;
        return {
          row,
          revision: isRemoval ? 'base' : 'head',
          score: worst.difference,
          q: worst.q,
          why: `${isRemoval ? 'Its removal' : 'Its presence'} raises d' of the exposed row from ${worst.before.toFixed(1)} to ${worst.after.toFixed(1)}; retrained without it, the row is as safe as before.`,
          victims: sorted
            .slice(0, 20)
            .map(({ row: victim, difference }) => ({ row: victim, revision: 'base' as const, effect: difference })),
        };
      }),
    )
    .sort((x, y) => (y.score ?? 0) - (x.score ?? 0));
}

function metricsOf({ judged, decoyMaximum, detectable }: Verification, exposed: readonly Judged[]): Metric[] {
  const worst = [...judged].sort((x, y) => y.difference - x.difference)[0];
  const plain = (value: number, n: number) => ({
    value: Number.isFinite(value) ? value : null,
    low: null,
    high: null,
    n,
  });
  const metric = (name: string, unit: string, more: Partial<Metric>): Metric => ({
    name,
    at: null,
    unit,
    limit: null,
    base: null,
    head: null,
    delta: null,
    ...more,
  });
  return [
    metric('exposed rows', 'rows', { head: plain(exposed.length, judged.length) }),
    ...(worst
      ? [
          metric("largest rise of d'", 'd-prime', {
            base: plain(worst.before, 1),
            head: plain(worst.after, 1),
            delta: { value: worst.difference, low: worst.lower, high: null, n: judged.length },
          }),
        ]
      : []),
    metric('largest rise among decoys', 'd-prime', { delta: plain(decoyMaximum, judged.length) }),
    metric('smallest effect that is seen', 'd-prime', { delta: plain(detectable, judged.length) }),
  ];
}

function figureOf({ judged }: Verification): Figure {
  const shown = (verdicts: readonly Judged['verdict'][]) =>
    judged.filter(({ verdict }) => verdicts.includes(verdict)).slice(0, 1000);
  const points = (some: readonly Judged[]) => some.map(({ before, after }) => [before, after] as const);
  const exposed = shown(['exposed', 'suspicious']);
  return {
    kind: 'scatter',
    title: "Shortlisted rows: d' without and with the suspects",
    x: "d' without the suspects",
    y: "d' with the suspects",
    series: [
      { name: 'exposed', points: points(exposed), rows: exposed.map(({ row }) => row) },
      { name: 'unharmed', points: points(shown(['unharmed'])) },
    ],
  };
}

/** What the planted copies say, as a sentence to append; empty without a replicate. */
export function powerSentence(power: Power | null): string {
  return power ? ` Of ${power.planted} planted wrong-label copies the screen finds ${power.found}.` : '';
}
