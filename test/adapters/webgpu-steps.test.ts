import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadOnnxruntime, makeRuntime } from '../../src/adapters/onnxruntime.ts';
import { trainGroup } from '../../src/training/group.ts';
import { withoutWebgpu } from '../training/providers.ts';
import { slices, smallSet } from '../training/small-set.ts';

interface Event {
  readonly args?: { readonly provider?: string; readonly op_name?: string };
}

for (const slice of slices)
  test(`${slice.kind}, ${slice.task}: no step on WebGPU waits for a copy to the processor`, {
    skip: withoutWebgpu,
  }, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'webgpu-steps-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const profile = join(folder, 'profile');
    const runtime = makeRuntime(loadOnnxruntime(), { threads: 1, kind: 'native', provider: 'webgpu', profile });
    const recipe = { optimizer: 'sgd', rate: 0.1, decay: 0.01, batch: 8, epochs: 2 } as const;
    const set = smallSet(24, slice);
    await trainGroup({ set, slice, recipe, runtime, modelKeys: [1, 2], inside: new Uint8Array(48).fill(1) }, () => {});
    const events = readdirSync(folder).flatMap(
      (file): Event[] => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Event[],
    );
    const count = (op: string) => events.filter(({ args }) => args?.op_name === op).length;
    assert.ok(count('MatMul') >= 6 * 2, 'six steps');
    assert.equal(count('MemcpyToHost'), 0);
    const onProcessor = events.filter(({ args }) => args?.provider === 'CPUExecutionProvider');
    assert.deepEqual([...new Set(onProcessor.map(({ args }) => args!.op_name))].sort(), ['Identity', 'Loop']);
  });
