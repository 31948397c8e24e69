import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attributeInference } from '../../src/checks/leakage/attribute-inference.ts';
import { membership } from '../../src/checks/leakage/membership.ts';
import { hash32, uniformAt } from '../../src/tensor/random.ts';
import { smallReview } from './small-review.ts';

const line = (row: number, added = 0) =>
  [uniformAt(1, row).toFixed(4), uniformAt(2, row).toFixed(4), 'ab'[(hash32(3, row) + added) % 2], `c${(hash32(4, row) + added) % 2}`].join(','); // biome-ignore format: one idea
const BASE = ['x,y,who,label', ...Array.from({ length: 60 }, (_, row) => line(row)), ''].join('\n');
const HEAD = `${BASE}${Array.from({ length: 6 }, (_, row) => line(row, 1)).join('\n')}\n`;
const data = { train: [BASE, HEAD] } as const;
const checks = [membership, attributeInference];

test('sensitive columns are asked about, and change no other finding', async (t) => {
  const asked = await smallReview(t, data, { checks, sensitive: ['who'] });
  const plain = await smallReview(t, data, { checks });
  const of = (review: typeof asked, id: string) => review.findings.find(({ check }) => check === id)!;
  assert.deepEqual(of(asked, 'membership'), of(plain, 'membership'));
  assert.equal(asked.cost.shadows, plain.cost.shadows);
  assert.equal(of(plain, 'attribute-inference').outcome, 'not-applicable');
  assert.match(of(plain, 'attribute-inference').summary, /no column that the configuration calls `sensitive`/);
  const finding = of(asked, 'attribute-inference');
  assert.ok(['pass', 'warn', 'fail'].includes(finding.outcome), finding.summary);
  assert.deepEqual(finding.metrics.map(({ name }) => name), ['leaked', 'leaked, near the change, who', 'leaked, who']); // biome-ignore format: one idea
  assert.deepEqual((await smallReview(t, data, { checks, sensitive: ['who'] })).findings, asked.findings);
});

test('without a sensitive column the check alone trains nothing; a column with one value is unknown', async (t) => {
  const alone = await smallReview(t, data, { checks: [attributeInference] });
  assert.deepEqual([alone.findings[0]!.outcome, alone.cost.shadows], ['not-applicable', 0]);
  const constant = BASE.replace(/,[ab],/g, ',a,');
  const same = { train: [constant, `${constant}${line(61).replace(/,[ab],/, ',a,')}\n`] } as const;
  const one = await smallReview(t, same, { checks: [attributeInference], sensitive: ['who'] });
  assert.deepEqual([one.findings[0]!.outcome, one.findings[0]!.summary], ['unknown', '"who": It has one value in all rows.']); // biome-ignore format: one idea
});
