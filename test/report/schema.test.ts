import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { reviewJsonSchema } from '../../build/schema.ts';
import { renderJson } from '../../src/report/json.ts';
import { crowdedReview, SAMPLES, sampleReview } from './samples.ts';

const published = readFileSync(new URL('../../docs/review.schema.json', import.meta.url), 'utf8');
const validate = new Ajv2020({ allErrors: true, strict: false }).compile(JSON.parse(published));

test('the published schema is the one that the code reads by', () => {
  assert.equal(published, reviewJsonSchema());
});

for (const name of SAMPLES)
  test(`the published schema takes what is written: ${name}`, () => {
    assert.ok(validate(JSON.parse(renderJson(sampleReview(name)))), JSON.stringify(validate.errors));
  });

test('the published schema takes the largest review and fields of a later version', () => {
  assert.ok(validate(JSON.parse(renderJson(crowdedReview()))), JSON.stringify(validate.errors));
  assert.ok(validate({ ...JSON.parse(renderJson(sampleReview('pass-clean'))), later: 1 }));
});

test('the published schema refuses what the code refuses', () => {
  const good = JSON.parse(renderJson(sampleReview('pass-clean'))) as Record<string, unknown>;
  assert.equal(validate({ ...good, schema: 'taster/review@2' }), false);
  assert.equal(validate({ ...good, notes: ['x'.repeat(501)] }), false);
  assert.equal(validate({ ...good, cost: undefined }), false);
});
