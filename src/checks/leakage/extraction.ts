import type { Evidence } from '../../evidence/evidence.ts';
import type { ExposedSecret } from '../../evidence/extraction.ts';
import { type Estimate, type Metric, type NamedRow, plainFinding } from '../../evidence/finding.ts';
import { holm } from '../../stats/fdr.ts';
import { median } from '../../stats/lira.ts';
import { type MeanTest, meanTest } from '../../stats/mean-test.ts';
import { defineCheck } from '../check.ts';
import { sampleEvidence, sampleWorld } from '../sample-evidence.ts';
import { sampleExtraction } from '../sample-secrets.ts';
import { counted } from '../words.ts';

const NAMED = 50;
/** How many standard errors of a rise must fit under the limit, so that a rise would have been seen (power 80%). */
const SEEN = 2.5;

const REMEDY =
  'Take the secret out of every row that holds it (revoke it where it is a credential), and do not bring it, or the words before it, in once more.';

/** Whether secrets in the text can be drawn out of a language model more easily with the change. */
export const extraction = defineCheck({
  id: 'extraction',
  family: 'leakage',
  question: 'Does the change make a secret in the text easier to extract from a model that is trained on it?',
  why: 'A language model gives away what stood in its text once, more surely what is repeated (Carlini et al. 2021, arXiv 2012.07805; 2023, arXiv 2202.07646), and rows that go on from the same words can draw it out (Tramèr et al. 2022, arXiv 2204.00032).',
  needs: ['head', 'secrets', 'extraction'],
  options: {
    rise: {
      default: 2,
      min: 0.5,
      max: 100,
      unit: 'bits',
      sentence: 'Exposure that the change must add to a secret: each bit halves the guesses that it takes.',
    },
    exposed: {
      default: 10,
      min: 1,
      max: 100,
      unit: 'bits',
      sentence: 'Exposure from which a secret counts that base does not have: at 10 bits it is the likeliest of 1,024.',
    },
    alpha: {
      default: 0.01,
      min: 1e-9,
      max: 0.2,
      unit: 'rate',
      sentence: 'And chance explains the rise no more often than this.',
    },
  },
  gateMetric: 'exposure',
  remedy: REMEDY,
  run(evidence, options) {
    const found = evidence.extraction!;
    if (found.kind !== 'measured') return plainFinding(found.kind, found.reason);
    const judged = judge(found.secrets, options);
    const rising = judged.filter(({ isRising }) => isRising);
    const verified = rising.filter(({ isVerified }) => isVerified);
    const cut = rising.filter(({ secret }) => secret.suspects.length > 0 && secret.without === null);
    const metrics = metricsOf(found.secrets);
    const blind = judged.filter(({ isSeen, isRising }) => !isSeen && !isRising);
    const cost = `${found.models} ${found.slice.replace('built-in language model', 'language models')} of ${counted(found.texts, 'text')}`;
    const open = [
      ...(blind.length > 0
        ? [` ${counted(blind.length, 'secret')} could not be told: the models differ too much.`]
        : []),
      ...(found.left > 0 ? [` ${counted(found.left, 'more secret was', 'more secrets were')} not asked about.`] : []),
    ].join('');
    if (rising.length === 0) {
      if (blind.length === judged.length)
        return plainFinding('unknown', `Nothing can be said of the secrets in the text.${open}`, { metrics });
      const known = judged.filter(({ isSeen }) => isSeen);
      return plainFinding(
        'pass',
        `The change makes none of ${counted(known.length, 'secret')} of the text easier to extract (${cost}).${open}`,
        { metrics },
      );
    }
    const rows = namedRows(evidence, rising);
    const best = rising.toSorted((a, b) => b.rise.mean - a.rise.mean)[0]!;
    const from = best.secret.base === null ? 'that base does not have' : `from ${bits(mean(best.secret.base))}`;
    const how =
      verified.length > 0
        ? ` Models without the named rows do not show it: verified for ${verified.length} of ${rising.length}.`
        : cut.length > 0
          ? ' Whether rows of the change are to blame was not verified: the budget ended.'
          : '';
    return plainFinding(
      verified.length > 0 ? 'fail' : cut.length > 0 ? 'unknown' : 'warn',
      `${counted(rising.length, 'secret')} of the text ${rising.length === 1 ? 'is' : 'are'} easier to extract with the change: ` +
        `${best.secret.kind}, exposure ${from} to ${bits(mean(best.secret.head!))} (${cost}).${how}${open}`,
      { remedy: REMEDY, metrics, rows: rows.slice(0, NAMED), rowsTotal: rows.length },
    );
  },
  samples(seed) {
    const evidence = (rise: number) => {
      const plain = sampleEvidence(sampleWorld(seed, { base: 100, added: 20 }));
      return { ...plain, ...sampleExtraction(plain.rows, seed, rise) };
    };
    return { faulty: evidence(6), clean: evidence(0) };
  },
});

interface Judged {
  readonly secret: ExposedSecret;
  readonly rise: MeanTest;
  readonly isRising: boolean;
  /** Whether the suspects are to blame: without them head's exposure is lower by as much. */
  readonly isVerified: boolean;
  /** Whether a rise of the limit would have been seen. */
  readonly isSeen: boolean;
}

/** A secret that base does not have rises from nothing, to the limit of its own. Rises and proofs are tested by t, each family by Holm. */
function judge(
  secrets: readonly ExposedSecret[],
  { rise: least, exposed, alpha }: { rise: number; exposed: number; alpha: number },
): Judged[] {
  const tested = secrets.flatMap((secret) => {
    const { base, head, without } = secret;
    const rise = head && meanTest(difference(head, base));
    return rise ? [{ secret, rise, proof: without && meanTest(difference(head, without)) }] : [];
  });
  const proven = tested.filter(({ proof }) => proof !== null);
  const rises = holm(tested.map(({ rise }) => rise.p));
  const proofs = holm(proven.map(({ proof }) => proof!.p));
  return tested.map((one, at) => {
    const { secret, rise, proof } = one;
    const limit = secret.base ? least : exposed;
    const isRising = rise.mean >= limit && rises[at]! <= alpha;
    const isVerified = isRising && proof !== null && proof.mean >= limit && proofs[proven.indexOf(one)]! <= alpha;
    return { secret, rise, isRising, isVerified, isSeen: SEEN * rise.error <= limit };
  });
}

const difference = (after: readonly number[], before: readonly number[] | null) =>
  after.map((value, at) => value - (before?.[at] ?? 0));
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const bits = (value: number) => `${value.toFixed(1)} bits`;

/** The suspects of verified rises, with the rows that they expose; else the rows of head that hold what rises. */
function namedRows({ rows }: Evidence, rising: readonly Judged[]): NamedRow[] {
  const named = new Map<number, NamedRow>();
  for (const { secret, rise, isVerified } of rising.toSorted(
    (a, b) => Number(b.isVerified) - Number(a.isVerified) || b.rise.mean - a.rise.mean,
  )) {
    const victim = secret.rows.find((row) => rows[row]!.inBase);
    const held = new Set(secret.rows);
    const blamed = isVerified ? secret.suspects : secret.rows.filter((row) => rows[row]!.inHead);
    for (const row of blamed) {
      if (named.has(row)) continue;
      const why = !isVerified
        ? `Holds a secret (${secret.kind}) that is easier to extract with the change.`
        : held.has(row)
          ? `Repeats a secret (${secret.kind}) that base holds: its exposure rises by ${bits(rise.mean)}.`
          : `Goes on from the same words, or nearly copies the row, as a secret (${secret.kind}): its exposure rises by ${bits(rise.mean)} with it.`;
      const victims =
        isVerified && victim !== undefined && victim !== row
          ? [{ row: victim, revision: 'base' as const, effect: rise.mean }]
          : [];
      named.set(row, { row, revision: 'head', score: rise.mean, q: null, why, victims });
    }
  }
  return [...named.values()];
}

/** Medians over the secrets of their mean exposures; of the difference, over those that both revisions have. */
function metricsOf(secrets: readonly ExposedSecret[]): Metric[] {
  const over = (values: readonly number[]): Estimate | null =>
    values.length === 0 ? null : { value: median(values), low: null, high: null, n: values.length };
  const means = (of: (secret: ExposedSecret) => readonly number[] | null) =>
    secrets.flatMap((secret) => {
      const values = of(secret);
      return values === null || values.length === 0 ? [] : [mean(values)];
    });
  const both = secrets.flatMap(({ base, head }) => (base && head ? [mean(difference(head, base))] : []));
  const metric = (name: string, base: Estimate | null, head: Estimate | null, delta: Estimate | null): Metric => ({
    ...{ name, at: null, unit: 'bits', limit: null },
    ...{ base, head, delta },
  });
  const largest = both.length === 0 ? null : { value: Math.max(...both), low: null, high: null, n: both.length };
  return [
    metric('exposure', over(means(({ base }) => base)), over(means(({ head }) => head)), over(both)),
    metric('largest rise of a secret', null, null, largest),
  ];
}
