import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Review } from '../../src/review/review.ts';
import { withoutWebgpu } from '../training/providers.ts';
import { CONFIG, smallRepository, table } from './small-repository.ts';

const FILES = { '.github/taster.yml': CONFIG, 'train.csv': table(60) };
const CHANGE = { 'train.csv': table(66) };

test('a device that is not there: one line, exit 2, no report', async (t) => {
  const repository = smallRepository(t);
  repository.commit(FILES);
  repository.git('switch', '-q', '-c', 'change');
  repository.commit(CHANGE);
  const { code, out, err, leftOver } = await repository.taster('review', '--device', 'cuda');
  assert.equal(code, 2);
  assert.equal(out, '');
  const lines = err.split('\n').filter((line) => line.includes('cuda'));
  assert.equal(lines.length, 1, err);
  assert.match(lines[0]!, /device: cuda was asked for and cannot be used: .* `runtime-path` must name/);
  assert.deepEqual(leftOver, []);
});

test('a review on WebGPU has the outcomes and rows of one on the processor, and names who trained', {
  skip: withoutWebgpu,
}, async (t) => {
  const repository = smallRepository(t);
  repository.commit(FILES);
  repository.git('switch', '-q', '-c', 'change');
  repository.commit(CHANGE);
  const reviewOn = async (device: string): Promise<Review> => {
    const file = join(repository.path, `${device}.json`);
    const asked = [
      '--device',
      device,
      '--json',
      file,
      '--seed',
      'a',
      '--shadows',
      '8',
      '--only',
      'membership,mislabelled',
    ];
    const { code, err } = await repository.taster('review', ...asked);
    assert.equal(code, 0, err);
    return JSON.parse(readFileSync(file, 'utf8'));
  };
  const [cpu, webgpu] = [await reviewOn('cpu'), await reviewOn('webgpu')];
  assert.deepEqual([cpu.cost.provider, webgpu.cost.provider], ['cpu', 'webgpu']);
  assert.deepEqual([cpu.cost.tried, webgpu.cost.tried?.length], [undefined, 1]);
  assert.ok(webgpu.cost.shadows > 0);
  const told = ({ findings, plan }: Review) => ({
    plan,
    findings: findings.map(({ id, outcome, rows }) => ({ id, outcome, rows: rows.map((row) => row.id) })),
  });
  assert.deepEqual(told(webgpu), told(cpu));
  const values = ({ findings }: Review) =>
    findings.flatMap(({ metrics }) => metrics.flatMap(({ base, head }) => [base?.value ?? 0, head?.value ?? 0]));
  values(cpu).forEach((value, i) => {
    const found = values(webgpu)[i]!;
    assert.ok(Math.abs(found - value) <= 1e-3 * Math.max(1, Math.abs(value)), `metric ${i}: ${found} and ${value}`);
  });
});
