import { trainedClasses } from '../evidence/trained-classes.ts';
import { hash32, keyOf, permutation, uniformAt } from '../tensor/random.ts';
import type { AttackRun } from './attack.ts';

/** Share of a target's columns that an attacker guesses wrong. */
export const UNKNOWN_SHARE = 0.1;

/**
 * A target as an attacker knows it who knows it only partly [D]: a tenth of its columns, at least one, are those of
 * another row; of one block of features (text, an image, a model's own) a tenth of them.
 */
export function nearCopy(at: Pick<AttackRun, 'pool' | 'training' | 'blocks' | 'seed'>, row: number): Float32Array {
  const { set } = at.training!.subject;
  const { width } = set;
  const key = hash32(keyOf(`${at.seed}/near`), keyOf(at.pool.rows[row]!.id));
  const { rows } = trainedClasses(at.pool);
  const other = rows[Math.floor(uniformAt(key, 0) * rows.length)]!;
  const own = set.features.slice(row * width, (row + 1) * width);
  const theirs = set.features.subarray(other * width, (other + 1) * width);
  const columns = (at.blocks ?? []).filter((block) => block.width > 0);
  const parts =
    columns.length > 1
      ? columns.map(({ offset, width: wide }) => [offset, offset + wide] as const)
      : Array.from({ length: width }, (_, feature) => [feature, feature + 1] as const);
  const order = permutation(key, parts.length);
  for (const part of order.subarray(0, Math.max(1, Math.round(UNKNOWN_SHARE * parts.length)))) {
    const [from, to] = parts[part]!;
    own.set(theirs.subarray(from, to), from);
  }
  return own;
}
