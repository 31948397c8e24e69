import { markdownTable } from 'markdown-table';
import { clopperPearson } from '../../src/stats/interval.ts';
import type { JobResult } from './job.ts';

const share = (k: number, n: number) => {
  if (n === 0) return '–';
  const { low, high } = clopperPearson(k, n);
  return `${k}/${n} = ${((100 * k) / n).toFixed(1)}% [${(100 * low).toFixed(1)}, ${(100 * high).toFixed(1)}]`;
};

/** Results as markdown tables, one line per kind of job; rates with Clopper-Pearson intervals at 95%. */
export function renderTables(results: readonly JobResult[]): string {
  const kinds = [...new Set(results.map(({ job }) => job.kind))];
  const of = (kind: string) => results.filter(({ job }) => job.kind === kind);
  const parts: string[] = [];
  const poisoned = kinds.filter((kind) => of(kind).some(({ job }) => job.oracle > 0));
  if (poisoned.length > 0)
    parts.push(
      markdownTable([
        [
          'kind',
          'seeds',
          'victims by the oracle',
          'culprit and victim named',
          'sets named',
          'no harm, by the oracle',
          'of these named',
          'honest rows named',
          'cheap baseline: sets',
          'honest rows it alarms on',
        ],
        ...poisoned.map((kind) => poisonedLine(kind, of(kind))),
      ]),
    );
  const clean = kinds.filter((kind) => /^(clean|retest|poisoned-)/.test(kind));
  if (clean.length > 0) parts.push(...clean.map((kind) => `${kind}\n${outcomesTable(of(kind))}`));
  for (const kind of ['mislabelled', 'new-flipped', 'new-clean'])
    if (kinds.includes(kind)) parts.push(mislabelledLines(kind, of(kind)));
  return parts.join('\n\n');
}

function poisonedLine(kind: string, results: readonly JobResult[]): string[] {
  const count = {
    sets: 0,
    setsNamed: 0,
    copies: 0,
    named: 0,
    harmless: 0,
    harmlessNamed: 0,
    honest: 0,
    honestNamed: 0,
    cheap: 0,
    cheapHonest: 0,
    targets: 0,
  };
  for (const result of results) {
    const answer = result.outcomes.amplification!;
    const victimsOf = new Map(answer.rows.map((row, index) => [row, answer.victims[index]!]));
    const isNamed = (copy: number, victim: number) =>
      answer.outcome === 'fail' && (victimsOf.get(copy)?.includes(victim) ?? false);
    const isHarmed = ({ difference, tpr }: JobResult['targets'][number]) =>
      (difference ?? 0) >= 1.5 && (tpr ?? 0) >= 0.1;
    for (const target of result.targets) {
      const named = target.copies.filter((copy) => isNamed(copy, target.victim)).length;
      count.targets++;
      if (target.cheap) count.cheap++;
      if (isHarmed(target)) {
        count.sets++;
        count.copies += target.copies.length;
        count.named += named;
        if (named > 0) count.setsNamed++;
      } else {
        count.harmless++;
        if (named > 0) count.harmlessNamed++;
      }
    }
    count.honest += result.honest.count;
    count.honestNamed += result.honest.named.length;
    count.cheapHonest += result.honest.cheap;
  }
  return [
    kind,
    String(results.length),
    String(count.sets),
    share(count.named, count.copies),
    share(count.setsNamed, count.sets),
    String(count.harmless),
    String(count.harmlessNamed),
    share(count.honestNamed, count.honest),
    share(count.cheap, count.targets),
    share(count.cheapHonest, count.honest),
  ];
}

function outcomesTable(results: readonly JobResult[]): string {
  const checks = Object.keys(results[0]?.outcomes ?? {});
  const sets = [...new Set(results.map(({ job }) => job.data))];
  const line = (data: string, check: string) => {
    const own = results.filter(({ job }) => job.data === data);
    const pulls = own.reduce((sum, { job }) => sum + job.pulls, 0);
    const tally = ['pass', 'warn', 'fail', 'unknown', 'not-applicable', 'error'].map((outcome) =>
      String(own.filter(({ outcomes }) => outcomes[check]?.outcome === outcome).length),
    );
    const rows = own.flatMap((result) =>
      result.outcomes[check]!.outcome === 'fail' || result.outcomes[check]!.outcome === 'warn'
        ? result.outcomes[check]!.rows.map((row) => `${result.job.seed}:${row}`)
        : [],
    );
    return [data, check, String(own.length), String(pulls), ...tally, rows.slice(0, 12).join(' ')];
  };
  return markdownTable([
    ['data', 'check', 'runs', 'pull requests', 'pass', 'warn', 'fail', 'unknown', 'n/a', 'error', 'rows (seed:row)'],
    ...sets.flatMap((data) => checks.map((check) => line(data, check))),
  ]);
}

function mislabelledLines(kind: string, results: readonly JobResult[]): string {
  let hits = 0;
  let flips = 0;
  let named = 0;
  for (const { outcomes, flipped } of results) {
    const rows =
      outcomes.mislabelled!.outcome === 'warn' || outcomes.mislabelled!.outcome === 'fail'
        ? outcomes.mislabelled!.rows
        : [];
    hits += rows.filter((row) => flipped.includes(row)).length;
    named += rows.length;
    flips += flipped.length;
  }
  const alarms = results.filter(({ outcomes }) => outcomes.mislabelled!.outcome === 'warn').length;
  const rates = results.flatMap(({ metrics }) => {
    const tpr = metrics['membership/tpr/{"fpr":0.001}'] as
      | Record<'base' | 'head', { value: number } | null>
      | undefined;
    return (tpr?.base ?? tpr?.head)?.value ?? [];
  });
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / Math.max(1, rates.length);
  const percent = (rate: number) => `${(100 * rate).toFixed(1)}%`;
  return [
    `${kind}: recall ${share(hits, flips)}, false discoveries ${share(named - hits, named)}, warned ${alarms} of ${results.length} times`,
    `LiRA, 64 shadows: TPR at 0.1% FPR ${percent(mean)} (mean of ${rates.length} seeds, ${percent(Math.min(...rates))} to ${percent(Math.max(...rates))})`,
  ].join('\n');
}
