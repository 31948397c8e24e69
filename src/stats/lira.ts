import { logDensity } from './gaussian.ts';

/** Weight of the prior variance in models (arXiv 2603.11799). */
const NU = 8;

/** Likelihood-ratio scores of every row under every model as target, apart by the truth. */
export interface LiraScores {
  readonly members: Float64Array;
  readonly others: Float64Array;
}

/** Which models and rows take part; all when left out. */
export interface Part {
  readonly models?: readonly number[];
  readonly rows: readonly number[];
}

/**
 * LiRA (arXiv 2112.03570, algorithm 1), leave-one-out: each model in turn is the target, the others are the shadows.
 * Separate in and out variances, each shrunk towards the arm's median over rows by NU models.
 * @param phi [M,N], @param inside [M,N]; rows without two models in each arm are left out.
 */
export function liraScores(phi: Float32Array, inside: Uint8Array, width: number, part: Part): LiraScores {
  const models = part.models ?? Array.from({ length: phi.length / width }, (_, model) => model);
  const sums = part.rows.map((row) => rowSums(phi, inside, width, models, row));
  const prior = [0, 1].map((arm) => median(sums.map((s) => variance(s[arm]!)).filter(Number.isFinite)));
  const members: number[] = [];
  const others: number[] = [];
  part.rows.forEach((row, index) => {
    const [out, into] = sums[index]!;
    if (out!.n < 3 || into!.n < 3) return;
    for (const model of models) {
      const cell = model * width + row;
      const value = phi[cell]!;
      const member = inside[cell] === 1;
      const inArm = member ? without(into!, value) : into!;
      const outArm = member ? out! : without(out!, value);
      const score =
        logDensity(value, inArm.sum / inArm.n, shrunk(inArm, prior[1]!)) -
        logDensity(value, outArm.sum / outArm.n, shrunk(outArm, prior[0]!));
      (member ? members : others).push(score);
    }
  });
  return { members: Float64Array.from(members).sort(), others: Float64Array.from(others).sort() };
}

interface Sums {
  readonly n: number;
  readonly sum: number;
  readonly square: number;
}

function rowSums(
  phi: Float32Array,
  inside: Uint8Array,
  width: number,
  models: readonly number[],
  row: number,
): [Sums, Sums] {
  const n = [0, 0];
  const sum = [0, 0];
  const square = [0, 0];
  for (const model of models) {
    const cell = model * width + row;
    const arm = inside[cell]!;
    const value = phi[cell]!;
    n[arm]!++;
    sum[arm]! += value;
    square[arm]! += value * value;
  }
  return [0, 1].map((arm) => ({ n: n[arm]!, sum: sum[arm]!, square: square[arm]! })) as [Sums, Sums];
}

const variance = ({ n, sum, square }: Sums) => Math.max(0, square - (sum * sum) / n) / (n - 1);
const without = ({ n, sum, square }: Sums, value: number): Sums => ({
  n: n - 1,
  sum: sum - value,
  square: square - value * value,
});
const shrunk = (arm: Sums, prior: number) =>
  Math.max((NU * prior + (arm.n - 1) * variance(arm)) / (NU + arm.n - 1), 1e-12);

/** Median of numbers; NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
