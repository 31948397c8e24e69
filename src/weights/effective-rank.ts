import { hash32 } from '../tensor/random.ts';

/** Larger matrices are looked at through so many random combinations of their rows. */
const SKETCH = 128;
const SWEEPS = 30;
const CONVERGED = 1e-11;

/**
 * exp of the entropy of the singular values as shares (Roy and Vetterli 2007, eq. 4): between 1, for a matrix of one
 * direction, and the smaller side. A matrix whose smaller side is above 128 is sketched down to it first (random signs),
 * and its rank is a lower bound.
 * @param values [rows, columns] row-major, finite.
 */
export function effectiveRank(values: Float64Array, rows: number, columns: number): number {
  const wide = rows <= columns ? { values, rows, columns } : transposed(values, rows, columns);
  const small = wide.rows > SKETCH ? sketched(wide) : wide;
  const squares = eigenvalues(gram(small), small.rows).map((value) => Math.max(0, value));
  const singular = squares.map(Math.sqrt);
  const total = singular.reduce((sum, value) => sum + value, 0);
  if (total === 0) return 0;
  const entropy = singular.reduce(
    (sum, value) => (value > 0 ? sum - (value / total) * Math.log(value / total) : sum),
    0,
  );
  return Math.exp(entropy);
}

interface Matrix {
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

function transposed(values: Float64Array, rows: number, columns: number): Matrix {
  const turned = new Float64Array(values.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) turned[c * rows + r] = values[r * columns + c]!;
  return { values: turned, rows: columns, columns: rows };
}

function sketched({ values, rows, columns }: Matrix): Matrix {
  const combined = new Float64Array(SKETCH * columns);
  for (let r = 0; r < rows; r++)
    for (let s = 0; s < SKETCH; s++) {
      const sign = hash32(r, s, 0x5e7c) & 1 ? 1 : -1;
      for (let c = 0; c < columns; c++) combined[s * columns + c]! += sign * values[r * columns + c]!;
    }
  return { values: combined, rows: SKETCH, columns };
}

/** Rows times rows. */
function gram({ values, rows, columns }: Matrix): Float64Array {
  const products = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++)
    for (let j = i; j < rows; j++) {
      let sum = 0;
      for (let c = 0; c < columns; c++) sum += values[i * columns + c]! * values[j * columns + c]!;
      products[i * rows + j] = sum;
      products[j * rows + i] = sum;
    }
  return products;
}

/** Of a symmetric matrix, by cyclic Jacobi rotations (Golub and Van Loan, section 8.5). */
function eigenvalues(matrix: Float64Array, n: number): number[] {
  const a = Float64Array.from(matrix);
  const scale = a.reduce((sum, value) => sum + value * value, 0);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += a[p * n + q]! ** 2;
    if (off <= CONVERGED ** 2 * scale) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, n, p, q);
  }
  return Array.from({ length: n }, (_, at) => a[at * n + at]!);
}

/** Turns rows and columns p and q so that what they share becomes zero. */
function rotate(a: Float64Array, n: number, p: number, q: number): void {
  const shared = a[p * n + q]!;
  if (shared === 0) return;
  const half = (a[q * n + q]! - a[p * n + p]!) / (2 * shared);
  const tangent = Math.sign(half || 1) / (Math.abs(half) + Math.sqrt(half * half + 1));
  const cosine = 1 / Math.sqrt(tangent * tangent + 1);
  const sine = tangent * cosine;
  for (let k = 0; k < n; k++) {
    const [x, y] = [a[k * n + p]!, a[k * n + q]!];
    a[k * n + p] = cosine * x - sine * y;
    a[k * n + q] = sine * x + cosine * y;
  }
  for (let k = 0; k < n; k++) {
    const [x, y] = [a[p * n + k]!, a[q * n + k]!];
    a[p * n + k] = cosine * x - sine * y;
    a[q * n + k] = sine * x + cosine * y;
  }
}
