import type { Tensor } from '../onnx/graph.ts';
import { fromBfloat, fromHalf } from '../tensor/half.ts';
import { type Shape, sizeOf } from '../tensor/shape.ts';
import { effectiveRank } from './effective-rank.ts';

/** What became of one tensor between two files of weights. */
export interface TensorChange {
  readonly name: string;
  readonly kind: 'same' | 'added' | 'removed' | 'retyped' | 'changed';
  readonly base: Pick<Tensor, 'type' | 'shape'> | null;
  readonly head: Pick<Tensor, 'type' | 'shape'> | null;
  /** Of `changed` ones; null else. */
  readonly change: Change | null;
  /** Elements of head that are no finite number. */
  readonly notFinite: number;
}

export interface Change {
  /** Share of the elements that differ. */
  readonly share: number;
  /** Norm of the difference over the norm of base (Frobenius). */
  readonly relativeNorm: number;
  /** Cosine of the angle between base and head. */
  readonly cosine: number;
  /** Effective rank of the difference as a matrix [first axis, others] (Roy and Vetterli 2007, eq. 4); null for vectors. */
  readonly effectiveRank: number | null;
  /** Whether no element moved by more than its lowest bits: what changes no answer may carry something else. */
  readonly isLowBitsAlone: boolean;
}

/** A relative move below this touches the twelve lowest of float32's 23 bits alone. */
const LOW_BITS = 2 ** -11;

/** Compares tensors by name, in the order of base, then of head. */
export function diffTensors(base: readonly Tensor[], head: readonly Tensor[]): TensorChange[] {
  const before = new Map(base.map((tensor) => [tensor.name, tensor]));
  const after = new Map(head.map((tensor) => [tensor.name, tensor]));
  return [...new Set([...before.keys(), ...after.keys()])].map((name) => {
    const [one, other] = [before.get(name) ?? null, after.get(name) ?? null];
    const kind = kindOf(one, other);
    const values = other && numbersOf(other);
    const change = kind === 'changed' ? changeOf(numbersOf(one!)!, values!, one!.shape) : null;
    const notFinite = values ? values.reduce((count, value) => count + Number(!Number.isFinite(value)), 0) : 0;
    return { name, kind, base: formOf(one), head: formOf(other), change, notFinite };
  });
}

const formOf = (tensor: Tensor | null) => tensor && { type: tensor.type, shape: tensor.shape };

function kindOf(base: Tensor | null, head: Tensor | null): TensorChange['kind'] {
  if (!base) return 'added';
  if (!head) return 'removed';
  if (base.type !== head.type || base.shape.join() !== head.shape.join()) return 'retyped';
  const [one, other] = [base.data, head.data];
  for (let at = 0; at < one.length; at++)
    if (!Object.is(one[at], other[at])) return numbersOf(base) ? 'changed' : 'retyped';
  return 'same';
}

/** Elements as doubles; null for texts. */
function numbersOf({ type, data }: Tensor): Float64Array | null {
  if (type === 'string' || type === 'other') return null;
  if (type === 'float16') return Float64Array.from(data as Uint16Array, fromHalf);
  if (type === 'bfloat16') return Float64Array.from(data as Uint16Array, fromBfloat);
  return Float64Array.from(data as Float32Array, Number);
}

function changeOf(base: Float64Array, head: Float64Array, shape: Shape): Change {
  let [moved, high, difference, one, other, product] = [0, 0, 0, 0, 0, 0];
  for (let at = 0; at < base.length; at++) {
    const [x, y] = [base[at]!, head[at]!];
    if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
    const step = y - x;
    if (step !== 0) moved++;
    if (Math.abs(step) > LOW_BITS * Math.abs(x)) high++;
    difference += step * step;
    one += x * x;
    other += y * y;
    product += x * y;
  }
  const isMatrix = shape.length >= 2 && difference > 0;
  const delta = isMatrix ? head.map((value, at) => finite(value - base[at]!)) : null;
  return {
    share: moved / Math.max(1, base.length),
    relativeNorm: one === 0 ? (difference === 0 ? 0 : Number.POSITIVE_INFINITY) : Math.sqrt(difference / one),
    cosine: one === 0 || other === 0 ? 0 : product / Math.sqrt(one * other),
    effectiveRank: delta && effectiveRank(delta, shape[0]!, sizeOf(shape.slice(1))),
    isLowBitsAlone: moved > 0 && high === 0,
  };
}

const finite = (value: number) => (Number.isFinite(value) ? value : 0);
