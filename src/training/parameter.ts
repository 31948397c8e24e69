import { hash32 } from '../tensor/random.ts';
import { type Shape, sizeOf } from '../tensor/shape.ts';

/** One trained tensor of a slice, and how its first values are drawn. */
export interface Parameter {
  readonly name: string;
  /** Without the leading axis M. */
  readonly shape: Shape;
  /** Half-width of the uniform distribution that initial weights are drawn from (Glorot and Bengio 2010, eq. 16). */
  readonly bound: number;
  /** Its middle; 0 unless said. */
  readonly centre?: number;
  /** Whether weight decay applies: to weights, not to biases. */
  readonly decays: boolean;
}

/** Half-width for a layer of so many inputs and outputs. */
export const glorot = (inputs: number, outputs: number): number => Math.sqrt(6 / (inputs + outputs));

/** Initial weights [M, ...] of one parameter: a pure function of each model's key, so that ensembles can share them. */
export function initialWeights(parameter: Parameter, index: number, modelKeys: readonly number[]): Float32Array {
  const size = sizeOf(parameter.shape);
  const { bound, centre = 0 } = parameter;
  const weights = new Float32Array(modelKeys.length * size).fill(centre);
  if (bound === 0) return weights;
  const scale = (2 * bound) / 0x1_0000_0000;
  modelKeys.forEach((key, model) => {
    for (let i = 0; i < size; i++) weights[model * size + i] = hash32(key, i, index) * scale - bound + centre;
  });
  return weights;
}
