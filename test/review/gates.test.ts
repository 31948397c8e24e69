import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Gate } from '../../src/config/config.ts';
import { judgeGate, worst } from '../../src/review/gates.ts';
import { silentFinding, type Unjudged } from '../../src/review/judged.ts';
import type { ReviewMetric } from '../../src/review/review.ts';

const train = { data: 'train', model: null, path: null };
const gate = (limits: Partial<Gate>): Gate => ({
  check: 'membership',
  data: null,
  max: null,
  maxIncrease: null,
  maxRows: null,
  ...limits,
});
const estimate = (value: number | null, low: number | null = value) => ({ value, low, high: value, n: 100 });
const metric = (more: Partial<ReviewMetric>): ReviewMetric => ({
  name: 'tpr',
  at: { fpr: 0.001 },
  unit: 'rate',
  limit: null,
  base: null,
  head: null,
  delta: null,
  ...more,
});
const finding = (more: Partial<Unjudged>): Unjudged => ({
  ...silentFinding('membership', train, false),
  outcome: 'warn',
  ...more,
});
const judge = (limits: Partial<Gate>, more: Partial<Unjudged>) =>
  judgeGate(gate(limits), finding(more), { gateMetric: 'tpr' });
const figures = (base: number | null, head: number | null, delta?: readonly [number, number]) => ({
  metrics: [
    metric({ name: 'other', head: estimate(9) }),
    metric({
      base: base === null ? null : estimate(base),
      head: head === null ? null : estimate(head),
      delta: delta ? estimate(...delta) : null,
    }),
  ],
});

test('max: judged on head, at the limit kept, above it broken', () => {
  assert.equal(judge({ max: 0.05 }, figures(0.01, 0.05)), 'kept');
  assert.equal(judge({ max: 0.05 }, figures(0.01, 0.051)), 'whole');
  assert.equal(judge({ max: 0.05 }, figures(null, 0.051)), 'whole');
  assert.equal(judge({ max: -0.1 }, figures(-0.2, 0)), 'whole');
});

test("max: where base was over it already, only a sure rise is the change's", () => {
  assert.equal(judge({ max: 0.05 }, figures(0.1, 0.2, [0.1, 0.02])), 'whole');
  assert.equal(judge({ max: 0.05 }, figures(0.1, 0.2, [0.1, -0.02])), 'kept');
  assert.equal(judge({ max: 0.05 }, figures(0.1, 0.09)), 'kept');
  assert.equal(judge({ max: 0.05 }, figures(0.1, 0.2)), 'whole');
});

test('max_increase: judged on the difference; a new data set rises from nothing', () => {
  assert.equal(judge({ maxIncrease: 0.01 }, figures(0.1, 0.2, [0.01, 0])), 'kept');
  assert.equal(judge({ maxIncrease: 0.01 }, figures(0.1, 0.2, [0.011, 0])), 'whole');
  assert.equal(judge({ maxIncrease: 0.01 }, figures(null, 0.2)), 'whole');
  assert.equal(judge({ maxIncrease: 0.3 }, figures(null, 0.2)), 'kept');
});

test('a figure that is missing or no number is not a pass', () => {
  for (const limits of [{ max: 1 }, { maxIncrease: 1 }]) {
    assert.equal(judge(limits, { metrics: [] }), 'unknown');
    assert.equal(judge(limits, figures(0.1, null)), 'unknown');
    assert.equal(judge(limits, figures(0.1, Number.NaN, [Number.NaN, 0])), 'unknown');
    assert.equal(judgeGate(gate(limits), finding(figures(0, 0)), undefined), 'unknown');
  }
  assert.equal(judge({ maxIncrease: 1 }, figures(0.1, 0.2)), 'unknown');
});

test('max_rows: counts every row, not those shown; a fail without rows is broken', () => {
  assert.equal(judge({ maxRows: 2 }, { rowsTotal: 2 }), 'kept');
  assert.equal(judge({ maxRows: 2 }, { rowsTotal: 3 }), 'rows');
  assert.equal(judge({ maxRows: 2 }, { outcome: 'pass', rowsTotal: 3 }), 'rows');
  assert.equal(judge({ maxRows: 2 }, { outcome: 'fail', rowsTotal: 0 }), 'rows');
  assert.equal(judge({ maxRows: 2 }, { outcome: 'fail', rowsTotal: 1 }), 'kept');
});

test('without limits a fail breaks it; with limits only the limits count', () => {
  assert.equal(judge({}, { outcome: 'fail' }), 'rows');
  assert.equal(judge({}, { outcome: 'warn' }), 'kept');
  assert.equal(judge({ max: 1 }, { outcome: 'fail', ...figures(0, 0.5) }), 'kept');
  assert.equal(judge({ max: 0.1, maxRows: 5 }, { rowsTotal: 9, ...figures(0, 0) }), 'rows');
  assert.equal(judge({ max: 0.1, maxRows: 5 }, { rowsTotal: 9, ...figures(0, 1) }), 'whole');
});

test('what could not be told is not a pass; what does not apply, or stood in base, is', () => {
  for (const limits of [{}, { max: 1 }, { maxRows: 0 }]) {
    for (const outcome of ['unknown', 'error'] as const) assert.equal(judge(limits, { outcome }), 'unknown');
    assert.equal(judge(limits, { outcome: 'not-applicable' }), 'kept');
    assert.equal(judge(limits, { outcome: 'fail', introduced: false, rowsTotal: 9, ...figures(1, 2) }), 'kept');
    assert.equal(judge(limits, { outcome: 'unknown', introduced: false }), 'unknown');
  }
});

test('of several judgements the worst counts; a certain break outweighs what could not be told', () => {
  assert.equal(worst([]), 'kept');
  assert.equal(worst(['kept', 'unknown']), 'unknown');
  assert.equal(worst(['unknown', 'rows', 'kept']), 'rows');
  assert.equal(worst(['rows', 'whole']), 'whole');
});
