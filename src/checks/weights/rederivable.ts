import type { Evidence } from '../../evidence/evidence.ts';
import type { Experiment } from '../../evidence/experiment.ts';
import { type Finding, type Metric, plainFinding } from '../../evidence/finding.ts';
import type { InputGradients } from '../../evidence/gradients.ts';
import { type CloudPlace, type Columns, placeInCloud } from '../../stats/cloud.ts';
import { type Leaning, leanings } from '../../stats/leaning.ts';
import { median } from '../../stats/lira.ts';
import { hash32 } from '../../tensor/random.ts';
import { defaultOptions, defineCheck } from '../check.ts';
import { sampleHeads } from '../sample-release.ts';
import { counted, listed } from '../words.ts';

const ID = 'rederivable/heads';
const NAMED = 20;
/** Deviation, in standard deviations, from which a row is worth a look. */
const FAR = 4;
/** Rows that carry a comparison of functions. */
const FEWEST = 100;

const REMEDY =
  'Ask for the recipe and the data that the submitted weights were trained with, and look at the named rows: there the model answers as none of the retrained ones does.';

const options = {
  heads: {
    default: 99,
    min: 19,
    max: 999,
    unit: 'models',
    sentence:
      'How often the slice is retrained on all declared rows; a model is outside when it lies further out than all of them.',
  },
} as const;

/**
 * Is the submitted slice one of those that the declared data give? It is compared as a function on the rows, not as
 * weights: hidden units may be permuted; and in how its logits answer to its inputs, since a trigger's inputs are in no
 * declared row. Exchangeability makes the rank exact (a Monte-Carlo test, Barnard 1963).
 */
export const rederivable = defineCheck({
  id: 'rederivable',
  family: 'weights',
  question: 'Does the submitted model answer otherwise than models retrained from the declared data?',
  why: 'Weights that the declared data do not give were trained on something else: hidden rows, other data, or a shortcut for a trigger.',
  needs: ['head', 'classes', 'shadows', 'release'],
  options,
  gateMetric: null,
  remedy: REMEDY,
  experiments,
  run(evidence) {
    const { head, changed } = evidence.release!;
    if (!head) return plainFinding('not-applicable', 'The model is gone at head.');
    if (!changed) return plainFinding('not-applicable', 'The model is the same at both revisions.');
    const result = evidence.experiments.find(({ experiment }) => experiment.id === ID);
    const found = result?.ensemble;
    if (!found)
      return plainFinding('unknown', 'The budget ended before the slice was retrained on all declared rows.', {
        remedy: 'Give the review more time (budget).',
      });
    const rows = evidence.rows.flatMap(({ label, inHead }, row) => (label !== null && inHead ? [row] : []));
    if (rows.length < FEWEST)
      return plainFinding('unknown', `${rows.length} labelled rows are too few to compare functions on.`, {
        remedy: `Give at least ${FEWEST} rows, a holdout included.`,
      });
    const values = (phi: Float32Array, first: number) => Float32Array.from(rows, (row) => phi[first + row]!);
    const heads = Array.from({ length: found.models }, (_, model) => values(found.phi, model * found.rows));
    const leaning = leaningOf(evidence.release!.gradients, result.gradients ?? null);
    const place = placeInCloud([values(head.phi, 0), ...heads], {
      columns: columnsOf(evidence, rows),
      more: leaning?.measures ?? [],
    });
    return judge({ evidence, rows, place, leaning, heads: found.models });
  },
  samples: (seed) => sampleHeads(seed, (evidence) => experiments(evidence, defaultOptions(options))),
});

function columnsOf({ features }: Evidence, rows: readonly number[]): Columns | null {
  if (!features) return null;
  const { values, width } = features;
  const own = new Float32Array(rows.length * width);
  for (const [at, row] of rows.entries()) own.set(values.subarray(row * width, (row + 1) * width), at * width);
  return { values: own, width };
}

/** The slice retrained with every declared row in: what an honest submission would be one more of. */
function experiments(evidence: Evidence, { heads }: { readonly heads: number }): Experiment[] {
  const { release, rows, seed } = evidence;
  if (!release?.head || !release.changed) return [];
  const units = new Set(
    rows.flatMap(({ split, label, unit, inHead }) => (split === 'train' && label !== null && inHead ? [unit] : [])),
  );
  const order = { kind: 'input-gradient', revision: 'head', plant: [], without: [] } as const;
  return [{ ...order, id: ID, inside: [...units], seed: hash32(seed, 0x4ead), shadows: heads }];
}

/** Null where the inputs' gradients could not be told of either. */
function leaningOf(released: InputGradients | null, retrained: InputGradients | null): Leaning | null {
  if (!released || !retrained) return null;
  const { models, classes, width, values } = retrained;
  const size = classes * width;
  const each = Array.from({ length: models }, (_, model) => values.subarray(model * size, (model + 1) * size));
  return leanings([released.values, ...each], classes);
}

function judge(at: {
  readonly evidence: Evidence;
  readonly rows: readonly number[];
  readonly place: CloudPlace;
  readonly leaning: Leaning | null;
  readonly heads: number;
}): Finding {
  const { evidence, rows, place, leaning, heads } = at;
  const { p, deviations, bulk, peak, typicalBulk, typicalPeak } = place;
  const isOutside = p * (heads + 1) < 1.5;
  const far = rows
    .map((row, at) => ({ row, deviation: deviations[at]! }))
    .filter(({ deviation }) => Math.abs(deviation) >= FAR)
    .sort((x, y) => Math.abs(y.deviation) - Math.abs(x.deviation));
  const metric = (name: string, head: number, base: number): Metric => ({
    ...{ name, at: null, unit: 'sd', limit: null, delta: null },
    base: { value: base, low: null, high: null, n: heads },
    head: { value: head, low: null, high: null, n: 1 },
  });
  const metrics = [
    metric('root mean square deviation', Math.sqrt(bulk), Math.sqrt(typicalBulk)),
    metric('deviation of the farthest hundredth', peak, typicalPeak),
    ...(leaning
      ? [metric('leaning by few inputs', leaning.measures[0]![0]!, median(leaning.measures[0]!.slice(1)))]
      : []),
  ];
  const leans = leaning?.isOutermost
    ? ` It leans towards ${listed([evidence.classes[leaning.towards]!])} by a few of its inputs as none of them does, as after training on a shortcut or a trigger.`
    : '';
  if (!isOutside)
    return plainFinding('pass', `The submitted model answers as one of ${heads} retrained from the declared data would (${Math.round((1 - p) * 100)}% of them lie nearer to the middle).`, { metrics }); // biome-ignore format: one idea
  return plainFinding('warn', `The submitted model lies outside of ${heads} models retrained from the declared data: other data, or another recipe, made it. On ${counted(far.length, 'row')} it answers as none of them does.${leans}`, {
    ...{ metrics, remedy: REMEDY, rowsTotal: far.length },
    rows: far.slice(0, NAMED).map(({ row, deviation }) => ({
      ...{ row, revision: 'head', score: Math.abs(deviation), q: null, victims: [] },
      why: `Here the submitted model is ${Math.abs(deviation).toFixed(1)} standard deviations ${deviation < 0 ? 'less' : 'more'} sure of the label than retrained models are.`,
    })),
  }); // biome-ignore format: one idea
}
