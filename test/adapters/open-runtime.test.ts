import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { openRuntime, type RuntimeOrder } from '../../src/adapters/open-runtime.ts';
import type { ProbeAnswer } from '../../src/adapters/try-provider.ts';
import { trainEnsemble } from '../../src/training/ensemble.ts';
import type { BuiltInSlice } from '../../src/training/slice.ts';
import { withoutWebgpu } from '../training/providers.ts';
import { smallSet } from '../training/small-set.ts';

const program = (name: string) => new URL(`../../src/adapters/${name}.ts`, import.meta.url);
const programs = { lane: program('lane'), probe: program('probe') };
const folder = mkdtempSync(join(tmpdir(), 'open-runtime-'));
after(() => rmSync(folder, { recursive: true }));

const slice: BuiltInSlice = { kind: 'mlp', task: 'classification', width: 12, hidden: 8, outputs: 3 };
const recipe = { optimizer: 'sgd', rate: 0.1, decay: 0, batch: 16, epochs: 2 } as const;
const plan = { slice, recipe, flops: 1e15 };
const order: RuntimeOrder = { programs, folder: null, threads: 2, device: 'auto', plan };

/** Opens a runtime whose devices are tried by a child that does as it is told. */
async function openWith(name: string, body: string, more: Partial<RuntimeOrder> = {}) {
  const probe = join(folder, `${name}.mjs`);
  writeFileSync(probe, body);
  const runtime = await openRuntime({ ...order, programs: { ...programs, probe: pathToFileURL(probe) }, ...more });
  await runtime.close();
  return runtime;
}
const answering = (answer: Partial<ProbeAnswer> | { error: string }) => {
  const good = { worst: 1e-6, there: 10, elsewhere: [], speed: { cpu: 1e9, device: 9e9 } };
  const whole = 'error' in answer ? answer : { ...good, ...answer };
  return `process.once('message', () => process.send(${JSON.stringify(whole)}))`;
};

test('a device that agrees and is faster than all threads of the processor is taken', async () => {
  const { provider, runtime, lanes, tried } = await openWith('good', answering({}));
  assert.deepEqual([provider, runtime, lanes], ['webgpu', 'native', 1]);
  assert.match(tried.join(), /^webgpu: its scores are the processor's to 1e-6; taken \(9\.0 GFLOP\/s beside 2\.0/);
});

const refusals: readonly [what: string, body: string, says: RegExp][] = [
  ['slower', answering({ speed: { cpu: 5e9, device: 9e9 } }), /not taken, slower/],
  ['wrong', answering({ worst: 2e-3 }), /refused: its scores differ .* by 0\.002, at most 0\.001/],
  ['no number', answering({ worst: Number.NaN }), /refused: its scores differ/],
  ['on the processor', answering({ elsewhere: ['Conv', 'MatMul'] }), /refused: Conv, MatMul ran on the processor/],
  ['nowhere', answering({ there: 0 }), /refused: every operation ran on the processor/],
  ['an error', answering({ error: '/a/b.cc:3 f was false. No adapter\nhere' }), /^webgpu: refused: No adapter here\.$/],
  [
    'a missing library',
    `process.stderr.write('FAIL : with error: libcublasLt.so.13: cannot open shared object file: No such file'); ${answering({ error: 'Failed to load' })}`,
    /refused: the loader does not find libcublasLt\.so\.13\./,
  ],
  ['a crash', `process.stderr.write('gone\\n', () => process.kill(process.pid, 'SIGSEGV'))`, /SIGSEGV\): gone/],
  ['an early end', `process.exit(3)`, /refused: .*code 3/],
  ['no program', `import './no-such-file.mjs'`, /refused: .*code 1/],
];
for (const [what, body, says] of refusals)
  test(`auto: ${what}: the processor trains, and the report can say why`, async () => {
    const { provider, tried } = await openWith(what.replaceAll(' ', '-'), body);
    assert.equal(provider, 'cpu');
    assert.equal(tried.length, 1);
    assert.match(tried[0]!, says);
  });

test('a child that hangs where nothing ends it is killed', async () => {
  const began = performance.now();
  const body = `console.log(process.pid); process.once('message', () => { for (;;) {} })`;
  const { provider, tried } = await openWith('hang', body, { limitSeconds: 1 });
  assert.ok(performance.now() - began < 10_000);
  assert.equal(provider, 'cpu');
  assert.match(tried[0]!, /no answer in 1 seconds/);
});

test('a named device is not weighed against the processor, and ends in one line where it is refused', async () => {
  const named = { device: 'webgpu', plan: null } as const;
  const { provider } = await openWith('named', answering({ speed: null }), named);
  assert.equal(provider, 'webgpu');
  await assert.rejects(openWith('absent', answering({ error: 'No supported adapters' }), named), {
    code: 'device-absent',
    message: 'device: webgpu was asked for and cannot be used: No supported adapters.',
    hint: /driver/,
  });
});

test('CUDA without its libraries names them and the folder, and is not tried', async () => {
  await assert.rejects(openWith('cuda', answering({}), { device: 'cuda', folder }), (error: Error) => {
    assert.match(error.message, /providers_cuda\.(so|dll)|macOS/);
    return true;
  });
});

test('too little to train, the processor by name, nothing planned: nothing is tried', async () => {
  for (const more of [{ plan: { ...plan, flops: 1e9 } }, { device: 'cpu' as const }, { plan: null }]) {
    const { provider, tried } = await openWith('untried', answering({}), more);
    assert.deepEqual([provider, tried], ['cpu', []]);
  }
});

test('without a driver WebGPU is refused by the real probe', {
  skip: !withoutWebgpu && 'there is a driver',
}, async () => {
  await assert.rejects(openRuntime({ ...order, device: 'webgpu', plan: null }), { code: 'device-absent' });
});

test('WebGPU by the real probe: it serves, and its lane trains what the processor trains', {
  skip: withoutWebgpu,
}, async () => {
  const runtime = await openRuntime({ ...order, device: 'webgpu', plan: null });
  try {
    assert.equal(runtime.provider, 'webgpu');
    assert.match(runtime.tried.join(), /its scores are the processor's/);
    const set = smallSet(24, slice);
    const inside = new Uint8Array(6 * 24).fill(1);
    const at = { set, slice, recipe, order: { name: 'base' as const, models: 6, inside, seed: 2 } };
    const there = await trainEnsemble({ ...at, runtime });
    const processor = await openRuntime({ ...order, device: 'cpu' });
    const here = await trainEnsemble({ ...at, runtime: processor });
    await processor.close();
    for (const [cell, phi] of here.phi.entries())
      assert.ok(Math.abs(there.phi[cell]! - phi) < 1e-3 * Math.max(1, Math.abs(phi)), `${there.phi[cell]}, ${phi}`);
  } finally {
    await runtime.close();
  }
});
