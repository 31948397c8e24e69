/** Complementary error function, relative error below 1.2e-7 (Numerical Recipes, 3rd ed., section 6.2.2). */
function erfc(x: number): number {
  const z = Math.abs(x);
  const t = 2 / (2 + z);
  const c = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
    0.17087277,
  ];
  const series = c.reduceRight((sum, coefficient) => coefficient + t * sum, 0);
  const tail = t * Math.exp(-z * z + series);
  return x >= 0 ? tail : 2 - tail;
}

/** P(Z <= z) of a standard normal. */
export function normalCdf(z: number): number {
  return 0.5 * erfc(-z / Math.SQRT2);
}

/** log P(Z <= z), in the far tail too: there by Laplace's continued fraction of the ratio of Mills. */
export function logNormalCdf(z: number): number {
  if (z > -10) return Math.log(normalCdf(z));
  let ratio = -z;
  for (let k = 40; k >= 1; k--) ratio = -z + k / ratio;
  return -0.5 * z * z - 0.5 * Math.log(2 * Math.PI) - Math.log(ratio);
}

/** z with P(Z <= z) = p; error below 1e-8 (Acklam's rational approximation and one step of Halley's method). */
export function normalQuantile(p: number): number {
  if (p <= 0) return Number.NEGATIVE_INFINITY;
  if (p >= 1) return Number.POSITIVE_INFINITY;
  const tail = Math.min(p, 1 - p);
  let z: number;
  if (tail < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(tail));
    const top = polynomial(
      q,
      [
        -7.784894002430293e-3, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
        2.938163982698783,
      ],
    );
    z = top / polynomial(q, [7.784695709041462e-3, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1]);
  } else {
    const q = tail - 0.5;
    const r = q * q;
    const top = polynomial(
      r,
      [
        -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
        2.506628277459239,
      ],
    );
    z =
      (q * top) /
      polynomial(
        r,
        [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1],
      );
  }
  const error = normalCdf(z) - tail;
  const step = error * Math.sqrt(2 * Math.PI) * Math.exp((z * z) / 2);
  z -= step / (1 + (z * step) / 2);
  return p < 0.5 ? z : -z;
}

/** Horner's scheme, highest power first. */
function polynomial(x: number, coefficients: readonly number[]): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}

/** Log density of N(mean, variance) at x, without the constant -log(2 pi)/2. */
export function logDensity(x: number, mean: number, variance: number): number {
  return -0.5 * (Math.log(variance) + (x - mean) ** 2 / variance);
}
