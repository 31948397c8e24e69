import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PoolRow } from '../../src/evidence/rows.ts';
import { unitBits } from '../../src/training/bits.ts';
import { type MembershipRequest, membershipBits } from '../../src/training/membership.ts';
import type { Units } from '../../src/training/units.ts';
import { arrives, leaves, poolRow } from './small-set.ts';

const M = 300;
/** Rows: two that stay and share a unit, one that stays alone, two that arrive together, one that leaves, and two that never train. */
const rows: readonly PoolRow[] = [
  poolRow('a'),
  poolRow('a2'),
  poolRow('b'),
  poolRow('new', arrives),
  poolRow('new2', arrives),
  poolRow('old', leaves),
  poolRow('held', { split: 'holdout' }),
  poolRow('unlabelled', { label: null }),
];
const units: Units = {
  of: Int32Array.of(0, 0, 1, 2, 2, 3, 4, 5),
  names: ['a', 'b', 'new', 'old', 'held', 'unlabelled'],
};
const [STAYS, ARRIVES, LEAVES] = [0, 2, 3];

/** Bits of each row, model by model. */
function bitsOf(change: MembershipRequest['change'], more: Partial<MembershipRequest> = {}): number[][] {
  const matrix = membershipBits({ rows, units, models: M, membershipKey: 'repository', change, ...more });
  return rows.map((_, row) => Array.from({ length: M }, (_, model) => matrix[model * rows.length + row]!));
}

const own = (name: string, key = 'repository') => Array.from(unitBits(key, name, M));
const all = (bit: number) => new Array<number>(M).fill(bit);

test('rows of one unit share their bits; holdout and unlabelled rows never train', () => {
  for (const change of ['out', 'in', { key: 'nonce' }] as const) {
    const bits = bitsOf(change);
    assert.deepEqual(bits[0], own('a'));
    assert.deepEqual(bits[1], bits[0]);
    assert.deepEqual(bits[2], own('b'));
    assert.deepEqual(bits[4], bits[3]);
    assert.deepEqual(bits[6], all(0));
    assert.deepEqual(bits[7], all(0));
  }
});

test('base holds no row of the change but those that leave; "with" holds the whole change', () => {
  const [out, applied] = [bitsOf('out'), bitsOf('in')];
  assert.deepEqual(out[3], all(0));
  assert.deepEqual(out[5], own('old'));
  assert.deepEqual(applied[3], all(1));
  assert.deepEqual(applied[5], all(0));
});

test('in the screen each unit of the change has bits of its own key; a removal is applied where its bit is 1', () => {
  const screen = bitsOf({ key: 'nonce' });
  assert.deepEqual(screen[3], own('new', 'nonce'));
  const applied = own('old', 'nonce');
  const member = own('old');
  assert.deepEqual(screen[5], member.map((bit, model) => (applied[model] ? 0 : bit))); // biome-ignore format: one idea
  assert.ok(screen[5]!.some((bit) => bit === 1));
  assert.notDeepEqual(screen[5], bitsOf({ key: 'other' })[5]);
});

test('a unit of the change and a unit of base never share bits, whatever their names', () => {
  const same: Units = { of: Int32Array.of(0, 1), names: ['x', 'x'] };
  const matrix = membershipBits({
    rows: [poolRow('x'), poolRow('x', arrives)],
    units: same,
    models: M,
    membershipKey: 'repository',
    change: { key: 'nonce' },
  });
  let agree = 0;
  for (let model = 0; model < M; model++) agree += Number(matrix[2 * model] === matrix[2 * model + 1]);
  assert.ok(agree > 0.4 * M && agree < 0.6 * M, `${agree} of ${M} agree`);
});

test('units are forced in and out, a removal to be applied or not; the others keep their bits', () => {
  const forced = { inside: new Set([STAYS]), without: new Set([ARRIVES, LEAVES]) };
  const bits = bitsOf('in', forced);
  assert.deepEqual(bits[0], all(1));
  assert.deepEqual(bits[3], all(0));
  assert.deepEqual(bits[5], own('old'), 'a removal that is forced out is not applied');
  assert.deepEqual(bits[2], bitsOf('in')[2]);
  const turned = bitsOf('out', { inside: new Set([ARRIVES, LEAVES]), without: new Set([STAYS]) });
  assert.deepEqual(turned[0], all(0));
  assert.deepEqual(turned[3], all(1));
  assert.deepEqual(turned[5], all(0), 'a removal that is forced in is applied');
  const never = bitsOf('in', { inside: new Set([4, 5]) });
  assert.deepEqual(never[6], all(0));
  assert.deepEqual(never[7], all(0));
});
