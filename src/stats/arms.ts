import { normalCdf } from './gaussian.ts';

/** The scores of M shadow models about one row, apart by whether the row trained the model. */
export interface Arms {
  readonly inMean: number;
  readonly outMean: number;
  /** Unbiased variances. */
  readonly inVariance: number;
  readonly outVariance: number;
  readonly inCount: number;
  readonly outCount: number;
}

/** z of the 0.1% false positive rate. */
const Z_001 = 3.090232306167813;

/**
 * Splits one row's scores by membership. Both matrices are [M,N]; `skip` leaves one model out.
 * Models below `from` or at and above `to` are not read.
 */
export function armsOf(
  phi: Float32Array,
  inside: Uint8Array,
  at: { row: number; rows: number; from?: number; to?: number; skip?: number },
): Arms {
  const models = phi.length / at.rows;
  const sum = [0, 0];
  const count = [0, 0];
  const from = at.from ?? 0;
  const to = at.to ?? models;
  for (let model = from; model < to; model++) {
    if (model === at.skip) continue;
    const cell = model * at.rows + at.row;
    sum[inside[cell]!]! += phi[cell]!;
    count[inside[cell]!]!++;
  }
  const mean = [sum[0]! / count[0]!, sum[1]! / count[1]!];
  const square = [0, 0];
  for (let model = from; model < to; model++) {
    if (model === at.skip) continue;
    const cell = model * at.rows + at.row;
    const arm = inside[cell]!;
    square[arm]! += (phi[cell]! - mean[arm]!) ** 2;
  }
  return {
    inMean: mean[1]!,
    outMean: mean[0]!,
    inVariance: square[1]! / (count[1]! - 1),
    outVariance: square[0]! / (count[0]! - 1),
    inCount: count[1]!,
    outCount: count[0]!,
  };
}

/** d' = (mu_in - mu_out) / sqrt((s_in^2 + s_out^2) / 2); NaN when an arm has fewer than two models. */
export function dPrime(arms: Arms): number {
  return (arms.inMean - arms.outMean) / Math.sqrt((arms.inVariance + arms.outVariance) / 2);
}

/** Model-based TPR of one row at 0.1% FPR, the variances of the arms apart. An extrapolation, in [0,1]. */
export function rowTpr(arms: Arms): number {
  return normalCdf((arms.inMean - arms.outMean - Z_001 * Math.sqrt(arms.outVariance)) / Math.sqrt(arms.inVariance));
}
