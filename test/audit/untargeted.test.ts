import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditSchema, type Measure } from '../../src/audit/audit.ts';
import { divideRows } from '../../src/audit/mislabelled-share.ts';
import { untargeted } from '../../src/audit/untargeted.ts';
import type { Pool } from '../../src/table/pool.ts';
import { poolRow } from '../training/small-set.ts';
import { memorable, smallAudit } from './small-audit.ts';

const attacks = [untargeted];

test("half of the rows under wrong labels: everyone else's stand out more, and the model is worse", async (t) => {
  const audit = await smallAudit(t, { train: memorable(240) }, { attacks, shadows: 32, epochs: 25 });
  assert.deepEqual(auditSchema.parse(audit), audit);
  const [answer] = audit.answers;
  assert.equal(answer?.outcome, 'measured', answer?.summary);
  const [table, precision] = answer.tables;
  assert.deepEqual(
    table!.rows.map(([share, labels]) => `${share} ${labels}`),
    ['1% right', '1% wrong', '10% right', '10% wrong', '50% right', '50% wrong'],
  );
  const at = (line: number, name: string) => table!.rows[line]![table!.columns.indexOf(name)] as Measure;
  assert.ok(at(5, "median d'").low! > at(4, "median d'").high!);
  assert.ok(at(5, 'rise at 1% FPR').value! > 0);
  assert.ok(at(5, 'accuracy').value! < at(4, 'accuracy').value! - 0.1);
  // 120 rows of others, half of them out of each of 32 models.
  assert.equal(at(4, 'TPR at 1% FPR').falsePositives, Math.floor(0.01 * (120 * 32 - at(4, 'TPR at 1% FPR').n!)));
  const gains = precision!.rows.filter(([share]) => share === '50%').map((row) => row.at(-1) as Measure);
  assert.equal(gains.length, 4);
  for (const { value, low, high } of gains) assert.ok(value! >= low! && value! <= high!);
  assert.ok(gains.at(-1)!.value! > 1, 'the TPR rises');
  assert.match(answer.summary, /published: 8/);
  assert.equal(audit.answers[0]!.cost.shadows, 6 * 32);
});

const poolOf = (labels: readonly number[], classes: number) =>
  ({
    rows: labels.map((label, row) => poolRow(`r${row}`, { label })),
    classes: Array.from({ length: classes }, (_, index) => `c${index}`),
  }) as unknown as Pool;

test("a smaller share's rows are among a larger's; the rule is the class after, small classes passed over", () => {
  // Class 1 has three rows: none of them is the attacker's, and no row is given it.
  const labels = Array.from({ length: 40 }, (_, row) => (row < 3 ? 1 : [0, 2, 3][row % 3]!));
  const at = { pool: poolOf(labels, 4), seed: 's' };
  const [small, large] = [0.1, 0.5].map((share) => divideRows(at, share));
  assert.equal(small!.owned.size, 4);
  assert.equal(large!.owned.size, 19);
  for (const [row, label] of small!.owned) assert.equal(large!.owned.get(row), label);
  const rule = new Map([...large!.owned].map(([row, label]) => [labels[row], label]));
  assert.deepEqual([rule.get(0), rule.get(2), rule.get(3), rule.get(1)], [2, 3, 0, undefined]);
  assert.ok(large!.others.every((row) => !large!.owned.has(row) && labels[row] !== 1));
  assert.notDeepEqual([...divideRows({ ...at, seed: 'other' }, 0.5).owned.keys()], [...large!.owned.keys()]);
});

test('where time is up, the largest share stands', async (t) => {
  let now = 0;
  const seconds = () => {
    now += 1000;
    return now;
  };
  const { answers, cut } = await smallAudit(t, { train: memorable(240) }, { attacks, seconds, shadows: 32, epochs: 3 });
  assert.equal(cut, true);
  assert.deepEqual(answers[0]!.tables[0]!.rows.map(([share]) => share), ['50%', '50%']); // biome-ignore format: one idea
});

test('a number as label is not attacked; too few models or rows are unknown', async (t) => {
  const outcome = async (text: string, more: { shadows?: number } = {}) => {
    const { answers } = await smallAudit(t, { train: text }, { attacks, epochs: 1, ...more });
    return [answers[0]!.outcome, answers[0]!.summary] as const;
  };
  const lines = memorable(60).trim().split('\n');
  const numbers = lines.map((line, row) => (row === 0 ? line : line.replace(/c\d+$/, String(row * 1.37))));
  const [regression, why] = await outcome(`${numbers.join('\n')}\n`);
  assert.deepEqual(
    [regression, why],
    ['not-applicable', 'The label is a number: there is no wrong class to poison with.'],
  );
  assert.match((await outcome(memorable(60), { shadows: 4 }))[1], /4 shadow models are too few/);
  const [few, reason] = await outcome(memorable(60));
  assert.equal(few, 'unknown');
  assert.match(reason, /30 rows of others and 16 shadow models are too few/);
});
