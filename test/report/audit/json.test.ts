import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { auditJsonSchema } from '../../../build/schema.ts';
import type { Audit } from '../../../src/audit/audit.ts';
import { UserError } from '../../../src/errors.ts';
import { renderAuditJson } from '../../../src/report/audit/json.ts';
import { parseAudit } from '../../../src/report/audit/parse-audit.ts';
import { FIGURE_BYTES } from '../../../src/report/cap-figures.ts';
import { anAudit, auditText, LARGEST, richAudit } from './audits.ts';

const published = readFileSync(new URL('../../../docs/audit.schema.json', import.meta.url), 'utf8');
const validate = new Ajv2020({ allErrors: true, strict: false }).compile(JSON.parse(published));
const changed = (change: (value: Record<string, unknown>) => void): string => {
  const value = JSON.parse(auditText()) as Record<string, unknown>;
  change(value);
  return JSON.stringify(value);
};

test('the published schema is the one that the code reads by, and takes what is written', () => {
  assert.equal(published, auditJsonSchema());
  for (const audit of [anAudit(), richAudit()])
    assert.ok(validate(JSON.parse(renderAuditJson(audit))), JSON.stringify(validate.errors));
  const good = JSON.parse(auditText()) as Record<string, unknown>;
  assert.ok(validate({ ...good, later: 1 }), 'fields of a later version');
  for (const bad of [{ schema: 'taster/audit@2' }, { notes: ['x'.repeat(501)] }, { cost: undefined }])
    assert.equal(validate({ ...good, ...bad }), false);
});

test('audit.json is read back as the same audit', () => {
  const text = renderAuditJson(richAudit());
  const back = parseAudit(text, LARGEST);
  assert.deepEqual(back, richAudit());
  assert.equal(renderAuditJson(back), text);
  assert.deepEqual(JSON.parse(renderAuditJson(anAudit())), JSON.parse(auditText()), 'nothing is dropped');
});

test('numbers have six digits, minus zero is zero, and the order of keys does not matter', () => {
  const audit = anAudit();
  const [one, two] = [0.1 + 0.2, 0.300_000_2].map((seconds) =>
    renderAuditJson({ ...audit, cost: { ...audit.cost, seconds, flops: -0 } }),
  );
  assert.equal(one, two);
  assert.match(one!, /"seconds": 0\.3,/);
  assert.match(one!, /"flops": 0,/);
  assert.equal(renderAuditJson(Object.fromEntries(Object.entries(audit).reverse()) as Audit), renderAuditJson(audit));
});

test('figures beyond 1 MiB are left out, and a note says so; the audit that was given is not touched', () => {
  const audit = anAudit();
  const points = Array.from({ length: 2000 }, (_, at): [number, number] => [at / 7, at / 11]);
  const series = Array.from({ length: 20 }, () => ({ name: 's', points }));
  const figure = { kind: 'lines', title: '', x: '', y: '', series } as const;
  const full = { ...audit, answers: [{ ...audit.answers[0]!, figures: [figure, figure, figure] }] };
  const text = renderAuditJson(full);
  const written = parseAudit(text, LARGEST);
  assert.ok(written.answers[0]!.figures.length < 3);
  assert.ok(Buffer.byteLength(JSON.stringify(written.answers[0]!.figures)) <= FIGURE_BYTES + 5);
  assert.ok(written.notes.includes('Figures beyond 1 MiB were left out.'));
  assert.equal(full.answers[0]!.figures.length, 3);
  assert.throws(() => parseAudit(JSON.stringify(full), { maxBytes: 2 ** 24 }), { code: 'audit-figures' });
});

test('what no reader would take is not written', () => {
  assert.throws(() => renderAuditJson({ ...anAudit(), notes: ['x'.repeat(501)] }));
  assert.throws(() => renderAuditJson({ ...anAudit(), cost: { ...anAudit().cost, seconds: Number.NaN } }));
});

const GOOD = auditText();
for (const [name, code, text] of [
  ['empty', 'audit-json', ''],
  ['cut short', 'audit-json', GOOD.slice(0, -100)],
  ['not JSON', 'audit-json', 'hunter2 = 1'],
  ['binary', 'audit-json', '\u0000\u0001\ufffd'],
  ['a list', 'audit-schema', '[]'],
  ['a review', 'audit-schema', GOOD.replace('taster/audit@1', 'taster/review@1')],
  ['another major version', 'audit-version', GOOD.replace('taster/audit@1', 'taster/audit@2')],
  ['a version that is no number', 'audit-schema', GOOD.replace('taster/audit@1', 'taster/audit@1.5')],
  ['a wrong type', 'audit-schema', changed((value) => Object.assign(value, { answers: 'hunter2' }))],
  ['a missing field', 'audit-schema', changed((value) => delete value.seed)],
  ['an overlong text', 'audit-schema', changed((value) => Object.assign(value, { notes: ['hunter2'.repeat(100)] }))],
  ['a number beyond all numbers', 'audit-schema', GOOD.replace('"epochs": 24', '"epochs": 1e999')],
  ['__proto__ below', 'audit-schema', GOOD.replace('"tool": {', '"tool": {"__proto__": {"hunter2": 1},')],
  ['a hundred thousand levels', 'audit-schema', `{"schema": "taster/audit@1", "x": ${'['.repeat(1e5)}${']'.repeat(1e5)}}`], // biome-ignore format: one line each
  ['too large', 'audit-size', ' '.repeat(LARGEST.maxBytes + 1)],
] as const)
  test(`refused in one clean line: ${name}`, () => {
    assert.throws(
      () => parseAudit(text, LARGEST),
      (error) => {
        assert.ok(error instanceof UserError, String(error));
        assert.equal(error.code, code);
        assert.notEqual(error.hint, '');
        assert.match(error.message, /audit/);
        assert.doesNotMatch(error.message, /[\p{Cc}\p{Cf}]|hunter2/u);
        return true;
      },
    );
  });

test('unknown fields are dropped, an unknown outcome reads unknown', () => {
  const audit = parseAudit(
    changed((value) => {
      value.novelty = 1;
      Object.assign((value.answers as Record<string, unknown>[])[0]!, { outcome: 'splendid', later: true });
    }),
    LARGEST,
  );
  assert.equal(audit.answers[0]!.outcome, 'unknown');
  assert.ok(!('novelty' in audit) && !('later' in audit.answers[0]!));
});
