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

const range = (n: number) => Array.from({ length: n }, (_, index) => index);

/**
 * Log-likelihood ratios [M,K,V] that a row was trained on with a value rather than with another one (Tramèr et al. 2022,
 * section 4.3; likelihoods as in LiRA), leave-one-model-out. What is judged is how far the answer to a value stands above
 * the mean of the answers to all: what a model thinks of the rest of the row cancels. Zero where no other model was
 * trained with the value, or none with another. Models in which the row is out are judged, never learnt from.
 */
export function attributeRatios(answers: AttributeAnswers, part: AttributePart = {}): Float64Array {
  const { rows: K, values: V, states } = answers;
  const { models = range(answers.models), rows = range(K) } = part;
  const contrasts = contrastsOf(answers);
  const arms = { n: zeros(2 * K * V), sum: zeros(2 * K * V), square: zeros(2 * K * V) };
  const learnt = models.flatMap((model) => rows.map((row) => [model, row] as const));
  const armOf = (row: number, value: number, isOwn: boolean) => 2 * (row * V + value) + Number(isOwn);
  for (const [model, row] of learnt) {
    const state = states[model * K + row]!;
    if (state < 0) continue;
    for (let value = 0; value < V; value++) {
      const arm = armOf(row, value, state === value);
      const contrast = contrasts[(model * K + row) * V + value]!;
      arms.n[arm]!++;
      arms.sum[arm]! += contrast;
      arms.square[arm]! += contrast * contrast;
    }
  }
  // Both arms of a value share one variance: with few models a state, apart they are too uncertain.
  const within = (arm: number) => Math.max(0, arms.square[arm]! - arms.sum[arm]! ** 2 / Math.max(1, arms.n[arm]!));
  const freedom = (arm: number) => Math.max(0, arms.n[arm]! - 1);
  const own = zeros(K * V).fill(Number.NaN);
  for (const row of rows)
    for (let value = 0; value < V; value++) {
      const [other, is] = [armOf(row, value, false), armOf(row, value, true)];
      const degrees = freedom(other) + freedom(is);
      if (degrees > 0) own[row * V + value] = (within(other) + within(is)) / degrees;
    }
  const shared = median(own.filter(Number.isFinite));
  const ratios = zeros(answers.models * K * V);
  for (const [model, row] of learnt)
    for (let value = 0; value < V; value++) {
      const cell = (model * K + row) * V + value;
      const contrast = contrasts[cell]!;
      const state = states[model * K + row]!;
      const left = (isOwn: boolean) => {
        const arm = armOf(row, value, isOwn);
        const isIn = state >= 0 && (state === value) === isOwn;
        const n = arms.n[arm]! - Number(isIn);
        const sum = arms.sum[arm]! - (isIn ? contrast : 0);
        const square = arms.square[arm]! - (isIn ? contrast * contrast : 0);
        return { n, mean: sum / n, within: Math.max(0, square - sum ** 2 / Math.max(1, n)) };
      };
      const [other, is] = [left(false), left(true)];
      if (other.n === 0 || is.n === 0) continue;
      const degrees = Math.max(0, other.n - 1) + Math.max(0, is.n - 1);
      const variance = Math.max(SMALLEST, (NU * shared + other.within + is.within) / (NU + degrees));
      const logDensity = ({ n, mean }: typeof is) => {
        const predicted = variance * (1 + 1 / n);
        return -0.5 * (Math.log(predicted) + (contrast - mean) ** 2 / predicted);
      };
      // V contrasts that sum to zero carry what V - 1 free ones do.
      ratios[cell] = ((V - 1) / V) * (logDensity(is) - logDensity(other));
    }
  return ratios;
}

const zeros = (length: number) => new Float64Array(length);

/** [M,K,V] each answer less the mean over the values. */
function contrastsOf({ phi, values: V }: AttributeAnswers): Float64Array {
  const contrasts = Float64Array.from(phi);
  for (let start = 0; start < contrasts.length; start += V) {
    const own = contrasts.subarray(start, start + V);
    const mean = own.reduce((sum, value) => sum + value, 0) / V;
    for (let value = 0; value < V; value++) own[value]! -= mean;
  }
  return contrasts;
}
