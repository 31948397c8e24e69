import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tensorTable } from '../../src/report/tensor-table.ts';
import type { ReviewTensor } from '../../src/review/review.ts';

const tensor: ReviewTensor = {
  ...{ name: 'w', kind: 'changed', base: 'float32 [2, 3]', head: 'float32 [2, 3]', notFinite: 0 },
  ...{ share: 1, relativeNorm: 0.25, cosine: 0.9712, effectiveRank: 1.26, fullRank: 2 },
};
const none = { share: null, relativeNorm: null, cosine: null, effectiveRank: null, fullRank: null };
const lines = (...tensors: ReviewTensor[]) => tensorTable(tensors)!.split('\n').slice(2);

test('a line a tensor, with what was measured', () => {
  assert.equal(tensorTable([]), null);
  assert.deepEqual(
    lines(
      tensor,
      { ...tensor, ...none, kind: 'retyped', head: 'float16 [2, 3]', notFinite: 2 },
      { ...tensor, ...none, relativeNorm: null },
      { ...tensor, ...none, kind: 'added', base: null },
    ),
    [
      '| `w` | changed | float32 &#91;2, 3&#93; | 25% | 0.971 | 1.3 of 2 | 100% |',
      '| `w` | retyped, 2 not finite | float32 &#91;2, 3&#93; → float16 &#91;2, 3&#93; | – | – | – | – |',
      '| `w` | changed | float32 &#91;2, 3&#93; | from zero | – | – | – |',
      '| `w` | added | float32 &#91;2, 3&#93; | – | – | – | – |',
    ],
  );
});

test('many are cut, and no name leaves its cell', () => {
  assert.match(tensorTable(Array.from({ length: 40 }, () => tensor))!, /\n\n…and 28 more in review\.json\.$/);
  const [line] = lines({ ...tensor, name: 'a|b`c\n<img src=x>@me' });
  assert.equal(line!.split(/(?<!\\)\|/).length, 9);
  assert.doesNotMatch(line!, /<img|@me/);
});
