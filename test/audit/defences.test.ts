import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditSchema, type Measure } from '../../src/audit/audit.ts';
import { defences } from '../../src/audit/defences.ts';
import { memorable, smallAudit } from './small-audit.ts';

const attacks = [defences];
const TABLE = memorable(660);

test('each defence stands beside none: leakage with and without poison, accuracy, epsilon', async (t) => {
  const audit = await smallAudit(t, { train: TABLE }, { attacks, epochs: 24, options: { targets: 64 } });
  assert.deepEqual(auditSchema.parse(audit), audit);
  const [answer] = audit.answers;
  assert.equal(answer?.outcome, 'measured', answer?.summary);
  const [table] = answer.tables;
  const find = (name: string) => {
    const row = table!.rows.find(([first]) => first === name);
    assert.ok(row, `${name} in ${table!.rows.map(([first]) => first)}`);
    return (column: string) => row[table!.columns.indexOf(column)] as Measure;
  };
  const [clean, poisoned] = ['TPR at 1% FPR without poison', 'TPR at 1% FPR with poison'] as const;
  const none = find('none');
  assert.ok(none(poisoned).value! > none(clean).value! + 0.1, `${none(clean).value} -> ${none(poisoned).value}`);
  assert.equal(none('epsilon'), '');

  const conflicts = find('copies in conflict with a row refused');
  assert.deepEqual(conflicts(clean), none(clean), 'without poison nothing is refused');
  const d = "median d' with poison";
  assert.ok(conflicts(d).value! > none(d).value!, 'a copy that only strangers keep tells more than one that all keep');

  const weak = find('DP-SGD, epsilon 50');
  const strong = find('DP-SGD, epsilon 8');
  const clipped = find('gradients of rows cut to 1');
  for (const [how, most] of [
    [weak, 50],
    [strong, 8],
  ] as const) {
    // biome-ignore format: one idea
    assert.ok(how('epsilon').value! <= most && how('epsilon').value! > 0.9 * most, `${how('epsilon').value}`);
    assert.ok(how("change of d' by the defence").high! < 0, 'noise hides members');
  }
  assert.equal(clipped('epsilon'), 'infinite');
  assert.ok(strong(d).value! < clipped(d).value!, 'more noise, less to see');

  const decayed = find('weight decay x 100');
  assert.ok(decayed(poisoned).value! < none(poisoned).value!);
  const [figure] = answer.figures;
  assert.ok(figure!.series.some(({ name }) => name === 'none'));
  assert.ok(!figure!.series.some(({ name }) => /unlike/.test(name)), "an attacker's variant is no defence");
  assert.match(answer.summary, /^With 1 copy of a row .* at an accuracy of .*What helps most: .*makes it worse/);
});

test('time that is up leaves defences out, and says so; the same seed gives the same answer', async (t) => {
  const run = async () => {
    let now = 0;
    const seconds = () => {
      now += 1000;
      return now;
    };
    const options = { targets: 64 };
    const { cut, answers } = await smallAudit(t, { train: TABLE }, { attacks, epochs: 2, options, seconds });
    return { cut, answers: answers.map(({ cost: _, ...rest }) => rest) };
  };
  const late = await run();
  assert.equal(late.cut, true);
  assert.deepEqual(late.answers[0]!.tables[0]!.rows.map(([name]) => name), ['none']); // biome-ignore format: one idea
  assert.deepEqual(await run(), late);
});

test('no copies, or too few targets for a rate: unknown, with the reason', async (t) => {
  const asked = async (options: { targets: number; poisons: number[] }) =>
    (await smallAudit(t, { train: TABLE }, { attacks, epochs: 2, options })).answers[0]!;
  const none = await asked({ targets: 64, poisons: [0] });
  assert.equal(none.outcome, 'unknown');
  assert.match(none.summary, /No number of copies/);
  const few = await asked({ targets: 10, poisons: [0, 1] });
  assert.equal(few.outcome, 'unknown');
  assert.match(few.summary, /10 targets and 16 shadow models are too few/);
});
