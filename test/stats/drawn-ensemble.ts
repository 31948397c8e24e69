import { randomSequence } from '../../src/tensor/random.ts';

/** M models' scores about N rows; `shift(row)` is how much higher a member's score is. */
export function drawnEnsemble(models: number, rows: number, seed: number, shift: (row: number) => number = () => 1) {
  const random = randomSequence(seed);
  const inside = Uint8Array.from({ length: models * rows }, () => Number(random.next() < 0.5));
  const phi = Float32Array.from(inside, (bit, cell) => {
    const row = cell % rows;
    return row / 10 + bit * shift(row) + (bit ? 0.8 : 1.2) * random.normal();
  });
  return { models, rows, phi, inside };
}

/** One row's scores of one arm, as the definition reads. */
export function armOf(
  ensemble: { models: number; rows: number; phi: Float32Array; inside: Uint8Array },
  row: number,
  arm: number,
  leaveOut = -1,
): number[] {
  const { models, rows, phi, inside } = ensemble;
  return Array.from({ length: models }, (_, model) => model)
    .filter((model) => model !== leaveOut && inside[model * rows + row] === arm)
    .map((model) => phi[model * rows + row]!);
}

export const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
export const variance = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1);
export const medianOf = (values: readonly number[]) => {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2;
};
