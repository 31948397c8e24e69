import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditSchema, type Measure } from '../../src/audit/audit.ts';
import { byAccess } from '../../src/audit/by-access.ts';
import { memorable, smallAudit } from './small-audit.ts';

const attacks = [byAccess];
const TABLE = memorable(240);

test('labels tell least; with a wrong-label copy every access tells more', async (t) => {
  const audit = await smallAudit(t, { train: TABLE }, { attacks, shadows: 32, epochs: 30 });
  assert.deepEqual(auditSchema.parse(audit), audit);
  const [answer] = audit.answers;
  assert.equal(answer?.outcome, 'measured', answer?.summary);
  const [table] = answer.tables;
  const column = (name: string) => table!.columns.indexOf(name);
  const area = (line: number, name: string) => (table!.rows[line]![column(`AUC, ${name}`)] as Measure).value!;
  const names = table!.rows.map(([name]) => name);
  assert.deepEqual(names, ['label', 'label', 'confidence', 'confidence', 'logits', 'logits', 'features', 'parameters']);
  for (const poison of ['no poison', '1 copy']) {
    assert.ok(area(0, poison) <= area(3, poison), 'one label <= confidences');
    assert.ok(area(1, poison) <= area(3, poison), 'labels <= confidences');
    assert.ok(area(0, poison) < area(1, poison), 'one label < labels of changed copies, too');
    assert.ok(area(2, poison) <= area(3, poison) + 0.02, 'rounded <= not rounded');
    assert.ok(Math.abs(area(3, poison) - area(4, poison)) < 0.02, 'a float32 keeps what its logits tell');
  }
  for (const line of [3, 4, 5, 7])
    assert.ok(area(line, '1 copy') > area(line, 'no poison') + 0.05, names[line] as string);
  assert.ok(area(7, 'no poison') > 0.6, 'the gradient tells');
  assert.match(answer.summary, /^Members recognised at 1% FPR, by the most that is seen: label .*With 1 copy/);
  assert.equal(answer.figures[0]!.kind, 'roc');
});

test('where time is up, what is left out is said; without poison asked for, there is none', async (t) => {
  let now = 0;
  const seconds = () => {
    now += 1000;
    return now;
  };
  const late = await smallAudit(t, { train: TABLE }, { attacks, seconds, shadows: 32, epochs: 2 });
  assert.equal(late.cut, true);
  const none = await smallAudit(t, { train: TABLE }, { attacks, shadows: 32, epochs: 2, options: { poisons: [0] } });
  assert.equal(none.cut, false);
  for (const { answers } of [late, none]) {
    assert.equal(answers[0]!.outcome, 'measured');
    assert.ok(!answers[0]!.tables[0]!.columns.some((name) => name.includes('copy')));
  }
});

test('too few targets, too few models, numbers as labels: no figures, and the reason', async (t) => {
  const few = await smallAudit(t, { train: TABLE }, { attacks, epochs: 1, options: { targets: 3 } });
  assert.match(`${few.answers[0]!.outcome}: ${few.answers[0]!.summary}`, /^unknown: 3 targets and 16 shadow models/);
  const models = await smallAudit(t, { train: TABLE }, { attacks, epochs: 1, shadows: 4 });
  assert.match(`${models.answers[0]!.outcome}: ${models.answers[0]!.summary}`, /^unknown: 4 shadow models/);
  const lines = memorable(60).trim().split('\n');
  const numbers = lines.map((line, row) => (row === 0 ? line : line.replace(/c\d+$/, String(row * 1.37))));
  const regression = await smallAudit(t, { train: `${numbers.join('\n')}\n` }, { attacks, epochs: 1 });
  assert.equal(regression.answers[0]!.outcome, 'not-applicable');
});
