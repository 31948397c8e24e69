import { keyOf, permutation } from '../tensor/random.ts';
import { type Answered, type Attack, type AttackRun, answered } from './attack.ts';
import { type ContributorEffect, exposuresOf, FEWEST_TO_NAME, weighContributor } from './contributor-effects.ts';
import { contributorFigure, contributorSummary, contributorTable, exposureTable } from './contributor-report.ts';
import { type Contributor, contributorsOf } from './contributors-of.ts';
import { carriedRates, smallClasses, whyNoWrongLabels, whyUnanswerable } from './enough.ts';

/** Contributors that are asked about, those with the most rows. */
const MOST = { usual: 10, thorough: 50 } as const;
const NAMED = 100;

/**
 * The setting of several parties in Tramèr et al. (CCS 2022, section 3): what does each contributor's share of the data
 * do to the privacy of the others? By ensembles with all of their rows and with none.
 */
export const contributors: Attack = {
  id: 'contributors',
  question: "What do each contributor's rows do to the privacy of everyone else's: whose rows expose whom?",
  paper:
    'Tramèr et al., CCS 2022 (arXiv 2204.00032), parties of one training set; LiRA: Carlini et al., S&P 2022 (arXiv 2112.03570)',
  blind:
    'It sees what all rows of one contributor do together, on one slice; contributors who act together, and a few bad rows among many, may stay below its threshold.',
  isDefault: ({ by }) => by !== null,
  weight: 8,
  run: weighAll,
};

async function weighAll(at: AttackRun): Promise<Answered> {
  if (at.options.by === null)
    return answered('not-applicable', 'Nobody says who contributed what: name a column by --by.');
  const why = at.pool.task === 'classification' ? whyNoWrongLabels(at) : whyUnanswerable(at);
  if (why !== null) return answered('unknown', why);
  const all = contributorsOf(at);
  if (typeof all === 'string') return answered('unknown', all);
  const asked = all.slice(0, MOST[at.options.thorough ? 'thorough' : 'usual']);
  const { models } = at.training!.plan;
  const total = all.reduce((sum, { rows }) => sum + rows.length, 0);
  const rates = carriedRates(total - asked[0]!.rows.length, models);
  at.expect(2 * asked.length + 2);
  const reference = await weighContributor(at, randomRows(at, all, asked[0]!.rows.length), rates);
  const effects: ContributorEffect[] = [];
  for (const contributor of asked) {
    if (effects.length > 0 && at.secondsLeft() <= 0) break;
    effects.push(await weighContributor(at, contributor, rates));
  }
  const exposures = exposuresOf(effects);
  const left = all.length - effects.length;
  const notes = [
    `${models} shadow models each.`,
    left > 0 ? `The ${effects.length} contributors with the most rows; ${left} more were not asked about.` : '',
    models < FEWEST_TO_NAME ? `${models} models are too few to name exposed rows: at least ${FEWEST_TO_NAME}.` : '',
  ].filter((note) => note !== '');
  return answered('measured', contributorSummary(effects, exposures), {
    tables: [
      contributorTable(effects, reference, exposures, notes.join(' ') + smallClasses(at.pool)),
      ...(exposures.length > 0 ? [exposureTable(exposures, all)] : []),
    ],
    figures: rates.length > 0 ? [contributorFigure(effects)] : [],
    rows: exposures.slice(0, NAMED).map(({ by, effect: { row, difference, before, after } }) => ({
      row,
      effect: difference,
      why: `d' ${after.toFixed(1)} with the rows of "${by.name}", ${before.toFixed(1)} without them`,
    })),
    cut: effects.length < asked.length,
  });
}

/** What so many more rows do, whoever brings them: as many as the largest contributor has, of anybody. */
function randomRows({ seed }: AttackRun, all: readonly Contributor[], count: number): Contributor {
  const rows = all.flatMap((one) => one.rows);
  const drawn = permutation(keyOf(`${seed}/random rows`), rows.length).subarray(0, count);
  return { name: '(as many random rows as the first)', rows: [...drawn].map((index) => rows[index]!) };
}
