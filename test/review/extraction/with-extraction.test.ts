import assert from 'node:assert/strict';
import { test } from 'node:test';
import { extraction } from '../../../src/checks/leakage/extraction.ts';
import { sampleEvidence, sampleWorld } from '../../../src/checks/sample-evidence.ts';
import { UserError } from '../../../src/errors.ts';
import { withExtraction } from '../../../src/review/extraction/with-extraction.ts';
import { checkOf } from '../small-review.ts';
import { phone, sentence, textPool } from './text-pool.ts';

type Arguments = Parameters<typeof withExtraction>;

const rows = Array.from({ length: 60 }, (_, at): [string, string] => [`k${at}`, `${sentence(at, 12)} ${at === 3 ? phone(1) : ''}`]); // biome-ignore format: one idea
const other = checkOf('membership', {});

async function run(t: Parameters<typeof textPool>[0], more: { checks?: readonly unknown[]; clock?: () => number }) {
  const pool = await textPool(t, rows, rows);
  const prepared = { evidence: sampleEvidence(sampleWorld(1, { base: 60, added: 0 })) } as unknown as Arguments[1];
  const context = {
    ...{ nonce: 'n', checks: more.checks ?? [other, extraction], progress() {} },
    request: { limits: { budgetSeconds: 300, shadows: 64 }, data: [{}] },
    tools: {
      seconds: more.clock ?? (() => 0),
      processor: () =>
        Promise.reject(new UserError('runtime-missing', 'There is no onnxruntime.', { hint: 'Fetch it.' })),
    },
  } as unknown as Arguments[2];
  return await withExtraction(pool, prepared, context);
}

test('what breaks is an error of the check that asks, and of no other', async (t) => {
  const { prepared, refused } = await run(t, {});
  assert.deepEqual(refused.map(({ check, finding }) => [check.id, finding.outcome, finding.summary]), [['extraction', 'error', 'There is no onnxruntime.']]); // biome-ignore format: one idea
  assert.equal(prepared.evidence.extraction, undefined);
});

test('where no check asks nothing is trained; where the budget is over before it begins it is unknown', async (t) => {
  assert.deepEqual((await run(t, { checks: [other] })).refused, []);
  let now = 0;
  const { prepared, refused } = await run(t, {
    clock: () => {
      now += 61;
      return now;
    },
  });
  assert.deepEqual(refused, []);
  assert.ok(prepared.evidence.extraction?.kind === 'unknown' && /budget/.test(prepared.evidence.extraction.reason));
});
