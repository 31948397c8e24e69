import { keyOf } from '../tensor/random.ts';
import type { AuditFigure, AuditTable, Cell } from './audit.ts';
import {
  adjustedRises,
  type ContributorEffect,
  type Exposure,
  exposuresOf,
  FEWEST_TO_NAME,
} from './contributor-effects.ts';
import type { Contributor } from './contributors-of.ts';
import { bounded, medianOf, plain, tprOf } from './measures.ts';
import { quantileOf } from './quantile-of.ts';
import { percent, rateName } from './words.ts';

/** Lines of the table of who exposes whom. */
const MOST_PAIRS = 50;
const SURE = 0.05;

const rowsWord = (count: number) => (count === 1 ? '1 row' : `${count} rows`);

export function contributorSummary(effects: readonly ContributorEffect[], exposures: readonly Exposure[]): string {
  const asked = `${effects.length} ${effects.length === 1 ? 'contributor was' : 'contributors were'} asked about.`;
  const risen = adjustedRises(effects).flatMap((q, at) => (q <= SURE ? [effects[at]!] : []));
  const sure = risen.map(({ contributor, leakage }) => {
    const { before, after } = leakage[0]!;
    return `"${contributor.name}" (${percent(before.tpr)} of the others' members recognised ${rateName(after.rate)} without them, ${percent(after.tpr)} with them)`;
  });
  const whole =
    sure.length === 0 ? '' : ` Recognition of others as a whole is clearly raised by ${sure.slice(0, 3).join(', ')}.`;
  if (effects.every(({ judgedEffects }) => judgedEffects.length === 0))
    return `Too few shadow models to tell whether anybody's rows expose single rows of others.${whole} ${asked}`;
  if (exposures.length === 0) return `Nobody's rows clearly expose single rows of others.${whole} ${asked}`;
  const counts = new Map<Contributor, number>();
  for (const { by: one } of exposures) counts.set(one, (counts.get(one) ?? 0) + 1);
  const by = [...counts]
    .sort(([, x], [, y]) => y - x)
    .map(([one, count]) => `rows of "${one.name}" expose ${rowsWord(count)} of others`);
  const more = by.length > 3 ? `; so do ${by.length - 3} more` : '';
  return `Whose rows expose whom: ${by.slice(0, 3).join('; ')}${more}. The worst rises by ${exposures[0]!.effect.difference.toFixed(1)} d'.${whole} ${asked}`;
}

/** A row each, and one for as many rows of anybody: more rows alone change what a model gives away. */
export function contributorTable(
  effects: readonly ContributorEffect[],
  reference: ContributorEffect,
  exposures: readonly Exposure[],
  note: string,
): AuditTable {
  const qs = adjustedRises(effects);
  const rates = effects[0]!.leakage.map(({ after }) => after.rate);
  return {
    title: "What each contributor's rows do to everyone else's",
    note: `With all of a contributor's rows in every model, less with none: models are paired. By chance: where a coin says, model by model, which of the two it was; a 99% quantile near that says nothing. Exposed: picked by one half of the models, sure by the other. More rows alone change this, whoever brings them: the last line. q: chance of such a rise of the first TPR without any, adjusted for all contributors (Holm). ${note}`,
    columns: [
      ...['contributor', 'rows', "rise of d', median", "rise of d', 99%", '99% by chance', 'rows exposed'],
      ...rates.flatMap((rate) => [`TPR ${rateName(rate)} without`, 'with']),
      ...(rates.length > 0 ? [`rise ${rateName(rates[0]!)}`, 'q'] : []),
    ],
    rows: [...effects, reference].map(
      ({ contributor, judged, rises, byChance, leakage, judgedEffects }, at): Cell[] => {
        const seed = keyOf(`contributor ${contributor.rows[0]}`);
        const own = at < effects.length ? exposures.filter(({ by }) => by === contributor) : exposuresOf([reference]);
        return [
          contributor.name,
          plain(contributor.rows.length, 'rows'),
          medianOf(rises, 'd-prime', seed),
          quantileOf(rises, 0.99, 'd-prime', seed),
          quantileOf(byChance, 0.99, 'd-prime', seed),
          judgedEffects.length === 0
            ? `unknown: fewer than ${FEWEST_TO_NAME} models`
            : plain(own.length, 'rows', judged),
          ...leakage.flatMap(({ before, after }) => [tprOf(before), tprOf(after)]),
          ...leakage
            .slice(0, 1)
            .flatMap(({ difference, error, after }) => [
              bounded(difference, error, { unit: 'rate', n: after.scores.members.length, floor: -1 }),
              at === effects.length ? '' : qs[at]! < 0.001 ? 'below 0.001' : qs[at]!.toFixed(3),
            ]),
        ];
      },
    ),
  };
}

/** Whose rows expose how many of whose. */
export function exposureTable(exposures: readonly Exposure[], all: readonly Contributor[]): AuditTable {
  const owner = new Map(all.flatMap((one) => one.rows.map((row) => [row, one] as const)));
  const pairs = new Map<string, { by: Contributor; of: Contributor | null; rises: number[] }>();
  for (const { by, effect } of exposures) {
    const of = owner.get(effect.row) ?? null;
    const key = `${by.rows[0]}/${of?.rows[0]}`;
    const pair = pairs.get(key) ?? { by, of, rises: [] };
    pair.rises.push(effect.difference);
    pairs.set(key, pair);
  }
  const sorted = [...pairs.values()].sort((x, y) => y.rises.length - x.rises.length || y.rises[0]! - x.rises[0]!);
  const left = sorted.length - MOST_PAIRS;
  return {
    title: 'Whose rows expose whom',
    note: left > 0 ? `${left} more pairs are left out.` : '',
    columns: ['rows of', 'expose rows of', 'rows', "largest rise of d'"],
    rows: sorted
      .slice(0, MOST_PAIRS)
      .map(({ by, of, rises }): Cell[] => [
        ...[by.name, of?.name ?? '(nobody is named)'],
        plain(rises.length, 'rows'),
        plain(Math.max(...rises), 'd-prime'),
      ]),
  };
}

/** Rise of the TPR by contributor, in the table's order. */
export function contributorFigure(effects: readonly ContributorEffect[]): AuditFigure {
  const measures = effects.map(({ leakage: [first] }) =>
    bounded(first!.difference, first!.error, { unit: 'rate', n: first!.after.scores.members.length, floor: -1 }),
  );
  const { rate } = effects[0]!.leakage[0]!.after;
  return {
    kind: 'bars',
    title: "What each contributor's rows do to everyone else's",
    x: 'contributor, in the order of the table',
    y: `rise of the TPR ${rateName(rate)}`,
    series: [
      {
        name: 'with their rows, less without',
        points: measures.map(({ value }, index): [number, number] => [index + 1, value!]),
        bounds: measures.map(({ low, high }): [number, number] => [low!, high!]),
      },
    ],
  };
}
