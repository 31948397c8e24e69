import { logDensity } from './gaussian.ts';
import { median } from './lira.ts';

/** What M models answer about K rows with each of V values of a sensitive column in them. */
export interface AttributeAnswers {
  readonly models: number;
  readonly rows: number;
  readonly values: number;
  /** [M,K,V] under the row's true label. */
  readonly phi: Float32Array;
  /** [M,K] the value that the row was trained on with; -1 where it was out. Drawn, whatever the truth. */
  readonly states: Int8Array;
  /** [K] */
  readonly truth: ArrayLike<number>;
  /** [K,V] log probability of each value by what is known without the model. */
  readonly prior: Float64Array;
}

/** Who takes part; all where left out. */
export interface AttributePart {
  readonly models?: readonly number[];
  readonly rows?: readonly number[];
}

/** Weight of the prior variance, in models, as for LiRA. */
const NU = 8;
const SMALLEST = 1e-12;
/** States of a model as one feature of a row's answers tells them: in with another value, with this one, or out. */
const [OTHER, OWN, OUT] = [0, 1, 2] as const;
const ARMS = [OTHER, OWN, OUT] as const;
type Arm = (typeof ARMS)[number];

const range = (n: number) => Array.from({ length: n }, (_, index) => index);

/**
 * Log likelihood [M,K,V] of each value, but for a constant of model and row (Tramèr et al. 2022, section 4.3; Gaussians
 * as in LiRA), leave-one-model-out. What is judged is how far the answer to a value stands above the mean of the answers
 * to all, where what a model thinks of the rest of the row cancels; and that mean, which tells whether the row is in at
 * all. The attacker does not know that either: with even odds the row is out, and then no value is likelier.
 */
export function attributeLikelihoods(answers: AttributeAnswers, part: AttributePart = {}): Float64Array {
  const { rows: K, values: V, states } = answers;
  const { models = range(answers.models), rows = range(K) } = part;
  const features = featuresOf(answers);
  const arms = settle(answers, features, { models, rows });
  const likelihoods = new Float64Array(answers.models * K * V);
  // V features that sum to zero carry what V - 1 free ones do.
  const free = (V - 1) / V;
  const change = new Float64Array(V);
  for (const model of models)
    for (const row of rows) {
      const state = states[model * K + row]!;
      const cell = (model * K + row) * (V + 1);
      let [whenIn, whenOut] = [0, 0];
      for (let feature = 0; feature <= V; feature++) {
        const from = armOf(state, feature);
        const density = (arm: Arm) =>
          densityWithout(arms, { row, feature, arm, from, value: features[cell + feature]! });
        // Where no other model is in an arm, it tells nothing.
        const other = density(OTHER) ?? density(OUT) ?? 0;
        const weight = feature === V ? 1 : free;
        whenIn += weight * other;
        whenOut += weight * (density(OUT) ?? other);
        if (feature < V) change[feature] = free * ((density(OWN) ?? other) - (density(OTHER) ?? density(OWN) ?? other));
      }
      for (let value = 0; value < V; value++)
        likelihoods[(model * K + row) * V + value] = logSum(whenIn + change[value]!, whenOut);
    }
  return likelihoods;
}

const logSum = (x: number, y: number) => Math.max(x, y) + Math.log1p(Math.exp(-Math.abs(x - y)));
const armOf = (state: number, feature: number): Arm => (state < 0 ? OUT : state === feature ? OWN : OTHER);

/** [M,K,V+1] each answer less the mean over the values, and behind them that mean. */
function featuresOf({ phi, values: V }: AttributeAnswers): Float64Array {
  const features = new Float64Array((phi.length / V) * (V + 1));
  for (let cell = 0; cell < phi.length / V; cell++) {
    const own = phi.subarray(cell * V, (cell + 1) * V);
    const mean = own.reduce((all, value) => all + value, 0) / V;
    own.forEach((value, at) => {
      features[cell * (V + 1) + at] = value - mean;
    });
    features[cell * (V + 1) + V] = mean;
  }
  return features;
}

/** Counts, sums and sums of squares of each feature of each row, by arm; of the mean of all answers no arm is `OWN`. */
interface Arms {
  readonly width: number;
  readonly n: Float64Array;
  readonly sum: Float64Array;
  readonly square: Float64Array;
  /** Median variance over rows, of models that hold the row and of others: [contrasts, mean] each. */
  readonly priors: { readonly in: readonly number[]; readonly out: readonly number[] };
}

function settle(
  { rows: K, values: V, states }: AttributeAnswers,
  features: Float64Array,
  { models, rows }: Required<AttributePart>,
): Arms {
  const width = V + 1;
  const zeros = () => new Float64Array(K * width * ARMS.length);
  const [n, sum, square] = [zeros(), zeros(), zeros()] as const;
  for (const model of models)
    for (const row of rows)
      for (let feature = 0; feature < width; feature++) {
        const cell = (row * width + feature) * ARMS.length + armOf(states[model * K + row]!, feature);
        const value = features[(model * K + row) * width + feature]!;
        n[cell]!++;
        sum[cell]! += value;
        square[cell]! += value * value;
      }
  const variances = (arms: readonly Arm[], among: readonly number[]) =>
    rows.flatMap((row) =>
      among.flatMap((feature) => {
        let [squares, freedom] = [0, 0];
        for (const arm of arms) {
          const cell = (row * width + feature) * ARMS.length + arm;
          squares += within(n[cell]!, sum[cell]!, square[cell]!);
          freedom += Math.max(0, n[cell]! - 1);
        }
        return freedom > 0 ? [squares / freedom] : [];
      }),
    );
  const priorsOf = (arms: readonly Arm[]) => [range(V), [V]].map((among) => median(variances(arms, among)));
  return { width, n, sum, square, priors: { in: priorsOf([OTHER, OWN]), out: priorsOf([OUT]) } };
}

const within = (n: number, sum: number, square: number) => (n > 0 ? Math.max(0, square - (sum * sum) / n) : 0);

/** Log density of a value in an arm, the target's own model (of the arm `from`) left out; null where there is no other. */
function densityWithout(
  { width, n, sum, square, priors }: Arms,
  { row, feature, arm, from, value }: { row: number; feature: number; arm: Arm; from: Arm; value: number },
): number | null {
  const start = (row * width + feature) * ARMS.length;
  let [squares, freedom, count, mean] = [0, 0, 0, 0];
  for (const one of ARMS) {
    // Arms of models that hold the row share a variance: with few models a value, apart they are too uncertain.
    if ((one === OUT) !== (arm === OUT)) continue;
    const taken = Number(one === from);
    const left = n[start + one]! - taken;
    const total = sum[start + one]! - taken * value;
    squares += within(left, total, square[start + one]! - taken * value * value);
    freedom += Math.max(0, left - 1);
    if (one === arm) [count, mean] = [left, total / left];
  }
  if (count === 0) return null;
  const prior = priors[arm === OUT ? 'out' : 'in'][feature === width - 1 ? 1 : 0]!;
  const known = Number.isFinite(prior) ? NU : 0;
  const variance = (known > 0 ? known * prior + squares : squares) / Math.max(1, known + freedom);
  // The mean of few models is uncertain, too.
  return logDensity(value, mean, Math.max(SMALLEST, variance) * (1 + 1 / count));
}
