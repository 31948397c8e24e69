import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../src/errors.ts';
import { listRows, renderRows, rowKey } from '../../src/report/rows.ts';
import { findingOf, sampleReview, withFinding } from './samples.ts';

const review = sampleReview('fail-amplification');

test('rows of one check are chosen by its name or by the beginning of its id, victims after culprits', () => {
  const listings = listRows(review, 'amplification');
  assert.deepEqual(
    listings.slice(0, 2).map(({ role, line, sha }) => [role, line, sha]),
    [
      ['row', 3012, review.head.sha],
      ['victim', 41, review.base.sha],
    ],
  );
  assert.equal(listings.length, 12);
  const named = withFinding(review, 'amplification', { id: 'abcdef0123456789' });
  assert.deepEqual(listRows(named, 'abcd').length, 12);
  assert.throws(() => listRows(named, 'abc'), UserError);
});

test('an unknown finding is refused in one clean line that names those with rows', () => {
  assert.throws(
    () => listRows(review, 'nonsense\u001b[31m\n::error::x'),
    (error) => {
      assert.ok(error instanceof UserError);
      assert.equal(error.code, 'unknown-finding');
      assert.doesNotMatch(error.message, /\p{Cc}|::/u);
      assert.match(error.hint, /amplification, conflicting-copies/);
      return true;
    },
  );
});

test('values stand under their row; a missing value is not an empty one; rows without values are listed, too', () => {
  const listings = listRows(review, 'amplification').slice(0, 2);
  const values = new Map([
    [
      rowKey(listings[0]!),
      [
        ['text', 'free'],
        ['label', null],
        ['empty', ''],
      ] as const,
    ],
  ]);
  const text = renderRows(listings, values);
  assert.match(text, /^amplification\n {2}data\/train\.csv:3012 \(head 0f1e2d3, id row_id=3012\)\n/);
  assert.match(text, /\n {5}text = free\n {5}label = \(missing\)\n {5}empty = \n/);
  assert.match(text, /\n {6}-> data\/train\.csv:41 \(base a1b2c3d, id row_id=41\)\n {9}effect 6\.80\n$/);
});

test('one row at two revisions has two keys', () => {
  const [row] = findingOf(review, 'amplification').rows;
  assert.notEqual(rowKey(row!), rowKey({ ...row!, revision: 'base' }));
  assert.notEqual(rowKey(row!), rowKey({ ...row!, ordinal: row!.ordinal + 1 }));
});

test('no rows, and it says so', () => {
  assert.equal(renderRows(listRows(review, 'membership'), new Map()), 'No rows are named.\n');
});
