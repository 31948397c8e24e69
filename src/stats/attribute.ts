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
  for (const model of models)
    for (const row of rows) {
      const state = states[model * K + row]!;
      const own = features.subarray((model * K + row) * (V + 1), (model * K + row + 1) * (V + 1));
      const density = (feature: number, arm: Arm) =>
        arms.densityWithout({ row, feature, arm }, own[feature]!, armOf(state, feature));
      const isIn = density(V, OTHER);
      const isOut = density(V, OUT);
      const [other, is, out] = ARMS.map((arm) => range(V).map((value) => density(value, arm)));
      // A value that no other model was trained with looks like any other.
      const base = sum(other!.map((one) => one ?? 0));
      // V features that sum to zero carry what V - 1 free ones do.
      const free = (V - 1) / V;
      const whenOut = free * sum(out!.map((one, value) => one ?? other![value] ?? 0)) + (isOut ?? isIn ?? 0);
      for (let value = 0; value < V; value++) {
        const change = (is![value] ?? other![value] ?? 0) - (other![value] ?? is![value] ?? 0);
        likelihoods[(model * K + row) * V + value] = logSum(free * (base + change) + (isIn ?? isOut ?? 0), whenOut);
      }
    }
  return likelihoods;
}

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
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

/** Counts, means and variances of each feature of each row, by arm; of the mean of all answers no arm is `OWN`. */
function settle(
  { rows: K, values: V, states }: AttributeAnswers,
  features: Float64Array,
  { models, rows }: Required<AttributePart>,
) {
  const width = V + 1;
  const zeros = () => new Float64Array(K * width * ARMS.length);
  const [n, total, square] = [zeros(), zeros(), zeros()];
  const cellOf = (row: number, feature: number, arm: Arm) => (row * width + feature) * ARMS.length + arm;
  for (const model of models)
    for (const row of rows)
      for (let feature = 0; feature < width; feature++) {
        const cell = cellOf(row, feature, armOf(states[model * K + row]!, feature));
        const value = features[(model * K + row) * width + feature]!;
        n[cell]!++;
        total[cell]! += value;
        square[cell]! += value * value;
      }
  /** Squares within an arm and its degrees of freedom, with `less` taken out of it where it is the arm `from`. */
  const within = (row: number, feature: number, arm: Arm, less = 0, from: Arm | null = null) => {
    const cell = cellOf(row, feature, arm);
    const isFrom = arm === from;
    const count = n[cell]! - Number(isFrom);
    const left = total[cell]! - (isFrom ? less : 0);
    const squares = square[cell]! - (isFrom ? less * less : 0);
    return { count, mean: left / count, squares: count > 0 ? Math.max(0, squares - left ** 2 / count) : 0 };
  };
  // Arms of models that hold the row share a variance: with few models a value, apart they are too uncertain.
  const sharing = (arm: Arm): readonly Arm[] => (arm === OUT ? [OUT] : [OTHER, OWN]);
  const varianceOf = (parts: readonly ReturnType<typeof within>[]) => {
    const freedom = sum(parts.map(({ count }) => Math.max(0, count - 1)));
    return { freedom, squares: sum(parts.map(({ squares }) => squares)) };
  };
  const medianOf = (arm: Arm, among: readonly number[]) => {
    const own = rows.flatMap((row) =>
      among.map((feature) => varianceOf(sharing(arm).map((one) => within(row, feature, one)))),
    );
    return median(own.filter(({ freedom }) => freedom > 0).map(({ freedom, squares }) => squares / freedom));
  };
  const priors = [range(V), [V]].map((among) => ({ in: medianOf(OWN, among), out: medianOf(OUT, among) }));
  return {
    /** Log density of a value in an arm of others, the target's own (arm `from`) left out; null where there are none. */
    densityWithout({ row, feature, arm }: { row: number; feature: number; arm: Arm }, value: number, from: Arm) {
      const parts = sharing(arm).map((one) => within(row, feature, one, value, from));
      const { count, mean } = parts[arm === OWN ? 1 : 0]!;
      if (count === 0) return null;
      const prior = priors[feature === V ? 1 : 0]![arm === OUT ? 'out' : 'in'];
      const { freedom, squares } = varianceOf(parts);
      const known = Number.isFinite(prior) ? NU : 0;
      const variance = (known * (known > 0 ? prior : 0) + squares) / Math.max(1, known + freedom);
      // The mean of few models is uncertain, too.
      return logDensity(value, mean, Math.max(SMALLEST, variance) * (1 + 1 / count));
    },
  };
}
