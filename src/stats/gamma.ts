const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** log of the gamma function for x > 0 (Lanczos, g = 7, nine terms; about 15 digits). */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const z = x - 1;
  const sum = LANCZOS.slice(1).reduce((total, term, index) => total + term / (z + index + 1), LANCZOS[0]!);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** P(X >= x) for a chi-square variable X with `freedom` degrees of freedom (Numerical Recipes, 6.2). */
export function chiSquareUpperTail(x: number, freedom: number): number {
  if (x <= 0) return 1;
  const a = freedom / 2;
  const z = x / 2;
  const front = Math.exp(a * Math.log(z) - z - logGamma(a));
  return z < a + 1 ? 1 - front * series(a, z) : front * fraction(a, z);
}

const STEPS = 10_000;

function series(a: number, z: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n <= STEPS; n++) {
    term *= z / (a + n);
    sum += term;
    if (term < sum * 1e-16) break;
  }
  return sum;
}

function fraction(a: number, z: number): number {
  let b = z + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let h = d;
  for (let n = 1; n <= STEPS; n++) {
    const an = -n * (n - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    h *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return h;
}
