import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomSequence } from '../../src/tensor/random.ts';
import { tensorIn } from '../../src/weights/stored-tensor.ts';
import { usualStep } from '../../src/weights/usual-step.ts';

const COUNT = 300_000;
const tensor = (data: Float32Array) =>
  tensorIn({ ...{ name: 'w', type: 'float32', typeName: 'F32' }, shape: [data.length] }, data);
const random = randomSequence(5);
/** As trained, a tenth of it zero. */
const weights = Float32Array.from({ length: COUNT }, (_, at) => (at % 10 === 0 ? 0 : 0.05 * random.normal()));
const step = (change: (word: Uint32Array, value: Float32Array) => void) => {
  const head = Float32Array.from(weights);
  change(new Uint32Array(head.buffer), head);
  return usualStep(tensor(weights), tensor(head), 0.05);
};

test('bits that are written over, in eight of 23 places or in the last, stay low, zeros among them or not', () => {
  const stuffed = step((word) => {
    for (let at = 0; at < COUNT; at++) word[at] = (word[at]! & ~0xff) | ((at * 37) & 0xff);
  });
  assert.ok(stuffed <= 2 ** -14, `${stuffed}`);
  const rounded = step((word) => {
    for (let at = 0; at < COUNT; at += 3) word[at]! ^= 1;
  });
  assert.ok(rounded <= 2 ** -22, `${rounded}`);
});

test('a number or two that moved far do not hide the others', () => {
  const hidden = step((word, value) => {
    for (let at = 0; at < COUNT; at++) word[at]! ^= 0x55;
    for (let at = 0; at < 100; at++) value[at] = 9;
  });
  assert.ok(hidden <= 2 ** -15, `${hidden}`);
});

test('a training step, however small, is no low bit: small numbers move as far as large ones', () => {
  for (const rate of [1e-3, 1e-4, 1e-5]) {
    const trained = step((_, value) => {
      for (let at = 0; at < COUNT; at++) value[at]! += rate * Math.sign(random.normal());
    });
    assert.ok(trained > 0.0005, `${rate}: ${trained}`);
  }
});

test('what did not move has no step; a tensor of zeros moves without measure', () => {
  assert.equal(
    step(() => {}),
    0,
  );
  const zeros = tensor(new Float32Array(9));
  assert.equal(usualStep(zeros, tensor(new Float32Array(9).fill(1)), 0), Number.POSITIVE_INFINITY);
});
