import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { makeLanes } from '../../src/adapters/onnxruntime-lanes.ts';
import { makeBuilder } from '../../src/onnx/builder.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { hash32 } from '../../src/tensor/random.ts';
import { trainEnsemble } from '../../src/training/ensemble.ts';
import { runtime as direct, slices, smallSet } from '../training/small-set.ts';

const PROGRAM = new URL('../../src/adapters/lane.ts', import.meta.url);
const SETUP = { folder: null, provider: 'cpu' } as const;
const lanes = makeLanes(PROGRAM, SETUP, 2);
after(() => lanes.close());

const value = (name: string) => ({ name, type: 'float32' as const, shape: [2] });
function doubling(): Uint8Array {
  const build = makeBuilder('t_');
  const doubled = build.add('Mul', ['x', build.scalar(2)]);
  return encodeModel(build.graph('t', [value('x')], [value(doubled)]));
}
const feed = (...data: number[]) => ({ x: { type: 'float32' as const, shape: [2], data: Float32Array.from(data) } });

test('an ensemble that is trained on two threads is bit for bit the one of the calling thread', async () => {
  const [slice] = slices;
  const N = 40;
  const at = {
    set: smallSet(N, slice!),
    slice: slice!,
    recipe: { optimizer: 'sgd', rate: 0.1, decay: 0, batch: 4, epochs: 3 } as const,
    order: {
      name: 'base' as const,
      models: 10,
      inside: Uint8Array.from({ length: 10 * N }, (_, i) => hash32(i) & 1),
      seed: 3,
    },
  };
  const shares: number[] = [];
  const here = await trainEnsemble({ ...at, runtime: direct });
  const there = await trainEnsemble({ ...at, runtime: lanes }, (share) => shares.push(share));
  assert.deepEqual(there, here);
  assert.deepEqual(
    shares,
    shares.toSorted((x, y) => x - y),
    'progress never goes back',
  );
  assert.ok(Math.abs(shares.at(-1)! - 1) < 1e-9);
});

test('what is no model is refused, and the lane serves on', async () => {
  await assert.rejects(lanes.create(Uint8Array.of(1, 2, 3)), Error);
  const session = await lanes.create(doubling());
  await assert.rejects(session.run({}), Error);
  const [doubled] = Object.values(await session.run(feed(1, 2)));
  assert.deepEqual(doubled, Float32Array.of(2, 4));
  await session.release();
});

test('a thread that cannot start or has ended answers with an error instead of silence', {
  timeout: 20_000,
}, async () => {
  const missing = makeLanes(new URL('./no-such-lane.ts', import.meta.url), SETUP, 1);
  await assert.rejects(missing.create(doubling()), Error);
  await missing.close();
  const closed = makeLanes(PROGRAM, SETUP, 1);
  const session = await closed.create(doubling());
  await closed.close();
  await assert.rejects(session.run(feed(1, 2)), /ended/);
});
