import { median } from './lira.ts';

/**
 * The screen of `amplification`: does the presence of unit a in training lower the score of row v, whether or not v
 * itself was trained on? Cells (v in/out, a in/out) have means m_ic; e = [(m_10 - m_11) + (m_00 - m_01)] / 2 and
 * se^2 = sum s_ic^2 / n_ic / 4 with the cell variances shrunk to their arm's median by NU models; t = e / se.
 */
const NU = 4;
/** Rows per unit whose exact t is worked out, after a ranking by the pooled contrast. */
const CANDIDATES = 32;

export interface Effect {
  readonly row: number;
  /** Mean fall of the row's score where the unit is in (nats). */
  readonly effect: number;
  readonly t: number;
}

export interface UnitBits {
  readonly unit: number;
  /** [M] 1 where the unit was in (for a removal: where it was applied). */
  readonly bits: Uint8Array;
  /** Rows that belong to the unit: never its victims. */
  readonly own: ReadonlySet<number>;
}

export interface Screen {
  readonly models: number;
  /** Rows that may be victims. */
  readonly rows: readonly number[];
  /** [rows][M] scores, row after row. */
  readonly phi: Float32Array;
  /** [rows][M] membership of the row itself. */
  readonly inside: Uint8Array;
}

/** Gathers the possible victims' scores out of [M,N] matrices, row after row. */
export function makeScreen(phi: Float32Array, inside: Uint8Array, width: number, rows: readonly number[]): Screen {
  const models = phi.length / width;
  const screen = {
    models,
    rows,
    phi: new Float32Array(rows.length * models),
    inside: new Uint8Array(rows.length * models),
  };
  rows.forEach((row, index) => {
    for (let model = 0; model < models; model++) {
      screen.phi[index * models + model] = phi[model * width + row]!;
      screen.inside[index * models + model] = inside[model * width + row]!;
    }
  });
  return screen;
}

/** The `top` strongest effects of each unit, strongest first. */
export function strongestEffects(screen: Screen, units: readonly UnitBits[], top: number): Effect[][] {
  const { models, rows } = screen;
  const residuals = standardised(screen);
  const typical = armVariances(screen);
  const contrast = new Float32Array(rows.length);
  return units.map(({ bits, own }) => {
    contrast.fill(0);
    for (let model = 0; model < models; model++) {
      if (!bits[model]) continue;
      const offset = model * rows.length;
      for (let index = 0; index < rows.length; index++) contrast[index]! -= residuals[offset + index]!;
    }
    return largest(contrast, CANDIDATES)
      .filter((index) => !own.has(rows[index]!))
      .map((index) => ({ row: rows[index]!, ...effectOn(screen, index, bits, typical) }))
      .filter(({ t }) => Number.isFinite(t))
      .sort((a, b) => b.t - a.t)
      .slice(0, top);
  });
}

/** e and t of one unit on one row; NaN when a cell holds fewer than two models. */
export function effectOn(
  screen: Screen,
  index: number,
  bits: Uint8Array,
  typical: readonly [number, number],
): { effect: number; t: number } {
  const { models, phi, inside } = screen;
  const n = [0, 0, 0, 0];
  const sum = [0, 0, 0, 0];
  const square = [0, 0, 0, 0];
  for (let model = 0; model < models; model++) {
    const cell = inside[index * models + model]! * 2 + bits[model]!;
    const value = phi[index * models + model]!;
    n[cell]!++;
    sum[cell]! += value;
    square[cell]! += value * value;
  }
  if (n.some((count) => count < 2)) return { effect: Number.NaN, t: Number.NaN };
  const mean = sum.map((total, cell) => total / n[cell]!);
  const error = n.reduce((total, count, cell) => {
    const variance = Math.max(0, square[cell]! - sum[cell]! * mean[cell]!) / (count - 1);
    const shrunk = (NU * typical[cell >> 1]! + (count - 1) * variance) / (NU + count - 1);
    return total + shrunk / count / 4;
  }, 0);
  const effect = (mean[2]! - mean[3]! + mean[0]! - mean[1]!) / 2;
  return { effect, t: effect / Math.sqrt(error) };
}

/** Median variance over rows of the out arm and of the in arm. */
export function armVariances(screen: Screen): [number, number] {
  const { models, rows, phi, inside } = screen;
  const variances: [number[], number[]] = [[], []];
  rows.forEach((_, index) => {
    for (const arm of [0, 1] as const) {
      let n = 0;
      let sum = 0;
      let square = 0;
      for (let at = index * models; at < (index + 1) * models; at++)
        if (inside[at] === arm) {
          n++;
          sum += phi[at]!;
          square += phi[at]! ** 2;
        }
      if (n > 1) variances[arm].push(Math.max(0, square - (sum * sum) / n) / (n - 1));
    }
  });
  const [out, into] = variances.map((values) => Math.max(1e-9, median(values)));
  // A row that never trains (a change row outside the screen) has no in arm: the other arm's value stands in.
  return [Number.isFinite(out!) ? out! : into!, Number.isFinite(into!) ? into! : out!];
}

/** [M][rows]: each score less its arm's mean, over the row's pooled deviation. */
function standardised({ models, rows, phi, inside }: Screen): Float32Array {
  const residuals = new Float32Array(rows.length * models);
  rows.forEach((_, index) => {
    const sum = [0, 0];
    const count = [0, 0];
    for (let at = index * models; at < (index + 1) * models; at++) {
      sum[inside[at]!]! += phi[at]!;
      count[inside[at]!]!++;
    }
    let square = 0;
    for (let at = index * models; at < (index + 1) * models; at++)
      square += (phi[at]! - sum[inside[at]!]! / count[inside[at]!]!) ** 2;
    const scale = 1 / Math.sqrt(Math.max(square / models, 1e-12));
    for (let model = 0; model < models; model++) {
      const at = index * models + model;
      residuals[model * rows.length + index] = (phi[at]! - sum[inside[at]!]! / count[inside[at]!]!) * scale;
    }
  });
  return residuals;
}

/** Indices of the `count` largest values, in no particular order. */
function largest(values: Float32Array, count: number): number[] {
  const kept: number[] = [];
  let floor = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < values.length; index++) {
    if (values[index]! <= floor) continue;
    kept.push(index);
    if (kept.length >= 2 * count) {
      kept.sort((a, b) => values[b]! - values[a]!);
      kept.length = count;
      floor = values[kept[count - 1]!]!;
    }
  }
  return kept.sort((a, b) => values[b]! - values[a]!).slice(0, count);
}
