import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Audit, auditSchema, type Measure } from '../../src/audit/audit.ts';
import { privacyAudit } from '../../src/audit/privacy-audit.ts';
import { memorable, smallAudit } from './small-audit.ts';

const attacks = [privacyAudit];
const TABLE = memorable(240);

function cell(answer: Audit['answers'][number], table: number, row: number, column: string): Measure {
  const { columns, rows } = answer.tables[table]!;
  return rows[row]![columns.indexOf(column)] as Measure;
}

test('mislabelled canaries are recognised far more often than other rows, and both bounds of epsilon say so', async (t) => {
  const audit = await smallAudit(t, { train: TABLE }, { attacks, shadows: 64 });
  assert.deepEqual(auditSchema.parse(audit), audit);
  const answer = audit.answers[0]!;
  assert.equal(answer.outcome, 'measured');
  assert.deepEqual(answer.tables.map(({ rows }) => rows.map(([name]) => name)), [
    ['mislabelled canaries', 'other rows'],
    ['by rates (Clopper-Pearson)', 'by guesses (one run)'],
  ]); // biome-ignore format: one idea
  assert.match(answer.tables[0]!.note, /^TPR: .* 24 canaries and 216 other rows, 64 shadow models\.$/);
  const [canaries, others] = [0, 1].map((row) => cell(answer, 0, row, 'TPR at 1% FPR'));
  assert.ok(canaries!.value! > 1.5 * others!.value!, `${canaries!.value} beside ${others!.value}`);
  // Of 24 canaries and 64 models about half of the cells are out: 1% of them, rounded down, are false positives.
  assert.equal(canaries!.falsePositives, Math.floor(0.01 * (24 * 64 - canaries!.n!)));
  assert.equal(answer.tables[0]!.columns.includes('TPR at 0.1% FPR'), false, 'a rate that they do not carry');
  const bounds = [0, 1].map((row) => cell(answer, 1, row, 'epsilon is at least').value!);
  assert.ok(Math.min(...bounds) > 1 && Math.abs(bounds[0]! - bounds[1]!) < 1, `${bounds}`);
  assert.ok(answer.summary.includes(`no epsilon below ${Math.min(...bounds).toFixed(2)}`), answer.summary);
  assert.deepEqual(
    answer.figures.map(({ series }) => series.length),
    [2],
  );
});

test('models that learn little prove little', async (t) => {
  const { answers } = await smallAudit(t, { train: TABLE }, { attacks, shadows: 64, epochs: 1 });
  const bounds = [0, 1].map((row) => cell(answers[0]!, 1, row, 'epsilon is at least').value!);
  assert.ok(Math.max(...bounds) < 1, `${bounds}`);
});

test('too few canaries or models for a rate: unknown, with the reason', async (t) => {
  const { answers } = await smallAudit(t, { train: memorable(60) }, { attacks, epochs: 2 });
  assert.equal(answers[0]!.outcome, 'unknown');
  assert.match(answers[0]!.summary, /6 canaries: with 16 shadow models too few/);
});
