import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditSchema, type Measure } from '../../src/audit/audit.ts';
import { truthSerum } from '../../src/audit/truth-serum.ts';
import { memorable, smallAudit } from './small-audit.ts';

const attacks = [truthSerum];
const TABLE = memorable(240);

test('wrong-label copies make the same targets recognisable that were not', async (t) => {
  const audit = await smallAudit(t, { train: TABLE }, { attacks, shadows: 32, options: { poisons: [0, 1, 2] } });
  assert.deepEqual(auditSchema.parse(audit), audit);
  const [answer] = audit.answers;
  assert.equal(answer?.outcome, 'measured');
  const [table] = answer.tables;
  const lines = table!.rows.map(([whom, copies]) => `${whom}: ${copies}`);
  assert.deepEqual(lines, [
    'random rows: none',
    'random rows: 1 copy',
    'random rows: 2 copies',
    'random rows: as many as fit each',
    `random rows: ${lines[4]!.includes('1 copy') ? '1 copy' : '2 copies'}, 10% unknown`,
    'worst rows: none',
    `worst rows: ${lines[6]!.includes('1 copy') ? '1 copy' : '2 copies'}`,
  ]);
  const at = (line: number, name: string) => table!.rows[line]![table!.columns.indexOf(name)] as Measure;
  const [before, after] = [at(0, 'TPR at 1% FPR'), at(2, 'TPR at 1% FPR')];
  assert.ok(after.value! > before.value! + 0.2, `${before.value} -> ${after.value}`);
  assert.ok(at(2, 'rise against no poison').low! > 0);
  assert.ok(at(2, "median d'").value! > at(0, "median d'").value!);
  assert.ok(at(5, "median d'").value! > at(0, "median d'").value!, 'the worst rows leak more than random ones');
  // 40 targets, half of them out of each of 32 models: 6 false positives make 1%.
  assert.equal(before.falsePositives, Math.floor(0.01 * (40 * 32 - before.n!)));
  assert.equal(table!.columns.includes('TPR at 0.1% FPR'), false, 'a rate that the targets do not carry is not shown');
  const rates = [0, 1, 2].map((line) => at(line, 'TPR at 1% FPR').value!);
  const fewest = rates.findIndex((rate) => rate >= Math.max(...rates) - 0.005);
  assert.match(answer.summary, new RegExp(`^With ${fewest} cop(y|ies) of a row`), 'no more copies than it takes');
  const [curve] = answer.figures;
  assert.deepEqual(curve!.series[0]!.points.map(([copies]) => copies), [0, 1, 2]); // biome-ignore format: one idea
  assert.equal(answer.rows.length, 20);
  for (const { path, line } of answer.rows) assert.ok(path === 'train.csv' && line! >= 2 && line! <= 241);
});

test('the same seed gives the same audit; another draws other targets', async (t) => {
  const run = async (targets: number) => {
    const { answers } = await smallAudit(
      t,
      { train: TABLE },
      { attacks, shadows: 32, epochs: 5, options: { targets } },
    );
    assert.equal(answers[0]!.outcome, 'measured');
    return answers.map(({ cost: _, ...rest }) => rest);
  };
  assert.deepEqual(await run(40), await run(40));
  assert.notDeepEqual(await run(40), await run(50));
});

test('where time is up, what is left out is said', async (t) => {
  let now = 0;
  const seconds = () => {
    now += 1000;
    return now;
  };
  const { answers, cut } = await smallAudit(t, { train: TABLE }, { attacks, seconds, shadows: 32, epochs: 5 });
  assert.equal(cut, true);
  assert.deepEqual(answers[0]!.tables[0]!.rows.map(([, copies]) => copies), ['none']); // biome-ignore format: one idea
  assert.match(answers[0]!.summary, /^Without poison/);
});

test('too few targets or models for a rate: unknown, with the reason', async (t) => {
  const few = await smallAudit(t, { train: TABLE }, { attacks, options: { targets: 3 } });
  assert.equal(few.answers[0]!.outcome, 'unknown');
  assert.match(few.answers[0]!.summary, /3 targets and 16 shadow models are too few/);
});
