import type { ChangeFigures, TensorChange, TensorFacts, TensorForm } from '../evidence/weights.ts';
import { sizeOf } from '../tensor/shape.ts';
import { effectiveRank } from './effective-rank.ts';
import { decoderOf, isFloating, measure, type Sums } from './measure-tensor.ts';
import type { StoredTensor } from './stored-tensor.ts';
import { usualStep } from './usual-step.ts';

/** Elements of one matrix, and of all, whose effective rank is worked out: some seconds of work. */
const RANK_OF_ONE = 2 ** 22;
const RANK_IN_ALL = 2 ** 25;

/** Compares tensors by name, holding a piece of each at a time. Texts of names are those of the files. */
export function diffTensors(base: readonly StoredTensor[], head: readonly StoredTensor[]): TensorFacts {
  const before = new Map(base.map((tensor) => [tensor.name, tensor]));
  const after = new Map(head.map((tensor) => [tensor.name, tensor]));
  const names = [...new Set([...before.keys(), ...after.keys()])];
  const compared = names.map((name) => compare(name, before.get(name) ?? null, after.get(name) ?? null));
  const floating = compared.filter(({ sums, one }) => sums && one && isFloating(one.type));
  const difference = floating.reduce((sum, { sums }) => sum + sums!.difference, 0);
  const norm = floating.reduce((sum, { sums }) => sum + sums!.base, 0);
  const changed = compared.filter(({ kind }) => kind !== 'same').sort((a, b) => sizeOfChange(b) - sizeOfChange(a));
  let left = RANK_IN_ALL;
  const changes = changed.map((each): TensorChange => {
    const { name, kind, sums, one, other } = each;
    const hasRank = kind === 'changed' && one!.shape.length >= 2 && one!.count <= Math.min(left, RANK_OF_ONE);
    if (hasRank) left -= one!.count;
    return {
      ...{ name, kind, base: each.base, head: each.head },
      change: kind === 'changed' ? figures(sums!, [one!, other!], hasRank ? rankOfChange(one!, other!) : null) : null,
    };
  });
  return {
    tensors: { base: base.length, head: head.length },
    numbers: { base: countOf(base), head: countOf(head) },
    same: compared.length - changed.length,
    relativeNorm: floating.length === 0 ? null : ratio(difference, norm),
    changes,
  };
}

interface Compared {
  readonly name: string;
  readonly kind: TensorChange['kind'];
  readonly one: StoredTensor | null;
  readonly other: StoredTensor | null;
  readonly base: TensorForm | null;
  readonly head: TensorForm | null;
  readonly sums: Sums | null;
}

function compare(name: string, one: StoredTensor | null, other: StoredTensor | null): Compared {
  const isSameForm =
    one &&
    other &&
    one.typeName === other.typeName &&
    one.shape.join() === other.shape.join() &&
    one.count === other.count;
  if (one && other && isSameForm) {
    const sums = measure(one, other);
    const isRead = one.type !== 'string' && one.type !== 'other';
    const kind = sums.isSame ? 'same' : isRead ? 'changed' : 'uncompared';
    return { name, kind, one, other, base: formOf(one, sums.odd.base), head: formOf(other, sums.odd.head), sums };
  }
  const kind = !one ? 'added' : !other ? 'removed' : 'retyped';
  const alone = (tensor: StoredTensor | null) => tensor && formOf(tensor, measure(tensor, tensor).odd.base);
  return { name, kind, one, other, base: alone(one), head: alone(other), sums: null };
}

const formOf = ({ typeName, shape }: StoredTensor, odd: Sums['odd']['base']): TensorForm => ({
  ...{ type: typeName, shape, nans: odd.nans, infinities: odd.infinities },
});

/** For the order: another form in front, then by size; what only came or went at the end. */
function sizeOfChange({ kind, sums }: Compared): number {
  if (kind === 'added' || kind === 'removed') return -1;
  return kind === 'changed' ? ratio(sums!.difference, sums!.base) : Number.POSITIVE_INFINITY;
}

function figures(
  { base, head, product, difference, moved }: Sums,
  [one, other]: readonly [StoredTensor, StoredTensor],
  rank: ChangeFigures['effectiveRank'],
): ChangeFigures {
  const { type, count } = one;
  return {
    share: moved / Math.max(1, count),
    relativeNorm: ratio(difference, base),
    cosine: finite(product / Math.sqrt(base) / Math.sqrt(head)) ?? 0,
    effectiveRank: difference > 0 ? rank : null,
    usualStep:
      type === 'float32' || type === 'float64' ? usualStep(one, other, finite(Math.sqrt(base / count)) ?? 0) : null,
  };
}

/** Root of a ratio of squares; zero over zero is no change. */
function ratio(difference: number, base: number): number {
  if (difference === 0) return 0;
  const root = base === 0 ? Number.POSITIVE_INFINITY : Math.sqrt(difference / base);
  // Squares of the largest doubles have no number.
  return Number.isNaN(root) ? Number.POSITIVE_INFINITY : root;
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

function rankOfChange(one: StoredTensor, other: StoredTensor): ChangeFigures['effectiveRank'] {
  const [decode, count] = [decoderOf(one.type), one.count];
  const [before, after] = [one.elements(0, count), other.elements(0, count)];
  const delta = new Float64Array(count);
  for (let at = 0; at < count; at++) {
    const step = decode(after[at] as number) - decode(before[at] as number);
    delta[at] = Number.isFinite(step) ? step : 0;
  }
  const [rows, columns] = [one.shape[0]!, sizeOf(one.shape.slice(1))];
  const value = finite(effectiveRank(delta, rows, columns));
  return value === null ? null : { value, most: Math.min(rows, columns) };
}

function countOf(tensors: readonly StoredTensor[]): number {
  return tensors.reduce((sum, { type, count }) => sum + (type === 'other' || type === 'string' ? 0 : count), 0);
}
