import { logDensity } from './gaussian.ts';

/** Weight of the prior variance in models (arXiv 2603.11799). */
const NU = 8;

/** Likelihood-ratio scores of every row under every model as target, apart by the truth. */
export interface LiraScores {
  readonly members: Float64Array;
  readonly others: Float64Array;
}

/** Which models and rows take part; all models when left out. */
export interface Part {
  readonly models?: readonly number[];
  readonly rows: readonly number[];
  /** How many models the arm's median variance counts as, beside a row's own; 0: not at all. */
  readonly prior?: number;
}

/**
 * LiRA (arXiv 2112.03570, algorithm 1), leave-one-out: each model in turn is the target, the others are the shadows.
 * Separate in and out variances, each shrunk towards the arm's median over rows by NU models.
 * @param phi [M,N], @param inside [M,N]; rows without two models in each arm are left out. A score of a row whose phi are
 * no numbers is NaN, and stands behind all others.
 */
export function liraScores(phi: Float32Array, inside: Uint8Array, width: number, part: Part): LiraScores {
  const { rows, prior = NU } = part;
  const models = part.models ?? Array.from({ length: phi.length / width }, (_, model) => model);
  const sums = armSums(phi, inside, width, { models, rows });
  const [out, into] = sums.map((arm) => settle(arm, prior)) as [Settled, Settled];
  const judged = rows.flatMap((row, at) => (out.sums.n[at]! < 3 || into.sums.n[at]! < 3 ? [] : [{ row, at }]));
  const cells = judged.length * models.length;
  const members = new Float64Array(judged.reduce((sum, { at }) => sum + into.sums.n[at]!, 0));
  const others = new Float64Array(cells - members.length);
  let [member, other] = [0, 0];
  for (const model of models)
    for (const { row, at } of judged) {
      const cell = model * width + row;
      const value = phi[cell]!;
      if (inside[cell] === 1) members[member++] = densityWithout(into, at, value) - density(out, at, value);
      else others[other++] = density(into, at, value) - densityWithout(out, at, value);
    }
  return { members: members.sort(), others: others.sort() };
}

/**
 * The same with models as targets that are no one's shadows: what is said of a target leans on no other target, nor on
 * which rows trained it. Rows without two shadows in each arm are left out.
 */
export function heldOutLira(
  phi: Float32Array,
  inside: Uint8Array,
  width: number,
  at: { readonly rows: readonly number[]; readonly shadows: readonly number[]; readonly targets: readonly number[] },
): LiraScores {
  const sums = armSums(phi, inside, width, { models: at.shadows, rows: at.rows });
  const [out, into] = sums.map((arm) => settle(arm, NU)) as [Settled, Settled];
  const scores: [number[], number[]] = [[], []];
  at.rows.forEach((row, index) => {
    if (out.sums.n[index]! < 2 || into.sums.n[index]! < 2) return;
    for (const model of at.targets) {
      const cell = model * width + row;
      const value = phi[cell]!;
      scores[inside[cell] === 1 ? 1 : 0].push(density(into, index, value) - density(out, index, value));
    }
  });
  const [others, members] = scores.map((arm) => Float64Array.from(arm).sort());
  return { members: members!, others: others! };
}

/** Counts, sums and sums of squares of one arm, by row. */
interface Sums {
  readonly n: Float64Array;
  readonly sum: Float64Array;
  readonly square: Float64Array;
}

/** Of both arms, out before in. Models outside, rows inside: phi lies in memory that way. */
function armSums(
  phi: Float32Array,
  inside: Uint8Array,
  width: number,
  { models, rows }: { readonly models: readonly number[]; readonly rows: readonly number[] },
): Sums[] {
  const zeros = () => new Float64Array(rows.length);
  const arms = [0, 1].map((): Sums => ({ n: zeros(), sum: zeros(), square: zeros() }));
  for (const model of models)
    for (let at = 0; at < rows.length; at++) {
      const cell = model * width + rows[at]!;
      const { n, sum, square } = arms[inside[cell]!]!;
      const value = phi[cell]!;
      n[at]!++;
      sum[at]! += value;
      square[at]! += value * value;
    }
  return arms;
}

/** An arm as it stands for a target that is not in it. */
interface Settled {
  readonly sums: Sums;
  /** The arm's median variance over rows: what each row's own is shrunk towards, as if by `weight` models. */
  readonly typical: number;
  readonly weight: number;
  readonly means: Float64Array;
  readonly variances: Float64Array;
  readonly logs: Float64Array;
}

function settle(sums: Sums, weight: number): Settled {
  const own = sums.n.map((n, at) => variance(n, sums.sum[at]!, sums.square[at]!));
  const typical = median(own.filter(Number.isFinite));
  const prior = { typical, weight };
  const variances = own.map((value, at) => shrunk(value, sums.n[at]!, prior));
  const means = sums.sum.map((sum, at) => sum / sums.n[at]!);
  return { sums, typical, weight, variances, means, logs: variances.map(Math.log) };
}

/** Log density without its constant. */
const density = ({ means, variances, logs }: Settled, at: number, value: number) =>
  -0.5 * (logs[at]! + (value - means[at]!) ** 2 / variances[at]!);

/** The same, of an arm whose own model is the target. */
function densityWithout(arm: Settled, at: number, value: number): number {
  const { sums } = arm;
  const n = sums.n[at]! - 1;
  const sum = sums.sum[at]! - value;
  const own = variance(n, sum, sums.square[at]! - value * value);
  return logDensity(value, sum / n, shrunk(own, n, arm));
}

const variance = (n: number, sum: number, square: number) => Math.max(0, square - (sum * sum) / n) / (n - 1);
const shrunk = (own: number, n: number, { typical, weight }: Pick<Settled, 'typical' | 'weight'>) =>
  Math.max((weight * typical + (n - 1) * own) / (weight + n - 1), 1e-12);

/** Median of numbers; NaN for none. */
export function median(values: Iterable<number> & ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
