import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { inputsYaml } from '../../build/action-inputs.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => parse(readFileSync(join(ROOT, path), 'utf8')) as Record<string, unknown>;

test('action.yml has the inputs of the table of options (node build/action-inputs.ts)', () => {
  assert.deepEqual(read('action.yml').inputs, parse(inputsYaml()).inputs);
});

test('action.yml names every output that the action sets, and starts what is built', () => {
  const { outputs, runs } = read('action.yml') as { outputs: object; runs: { using: string; main: string } };
  const set = readFileSync(join(ROOT, 'src/shells/tell-review.ts'), 'utf8').matchAll(/runner\.output\('([\w-]+)'/g);
  assert.deepEqual(Object.keys(outputs).sort(), [...set].map(([, name]) => name!).sort());
  assert.deepEqual(runs, { using: 'node24', main: 'dist/action.js' });
});

test('the workflows give no permission to all jobs, and only publish may write', () => {
  const { jobs, permissions } = read('.github/workflows/self-review.yml') as {
    permissions: object;
    jobs: Record<string, { permissions: Record<string, string> }>;
  };
  assert.deepEqual(permissions, {});
  assert.deepEqual(jobs.review!.permissions, { contents: 'read' });
  assert.equal(jobs.publish!.permissions['pull-requests'], 'write');
  assert.ok(existsSync(join(ROOT, '.github/workflows/ci.yml')));
});
