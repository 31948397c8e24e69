import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isOnnx } from '../../src/onnx/is-onnx.ts';
import { locationsIn } from '../../src/onnx/locations.ts';
import { beginsLikeWeights } from '../../src/weights/magic.ts';
import { harmless, payload, pickle, zip } from './written-pickle.ts';
import { onnx, safetensors, torchZip } from './written-weights.ts';

const model = readFileSync(new URL('../fixtures/models/pipeline_titanic.onnx', import.meta.url));

test('weights are known by their first bytes, other files are not taken for them', () => {
  const weights = [
    ...[payload, harmless, torchZip, safetensors({ a: [1] }), onnx({ w: [1, 2] }), model],
    ...[pickle(0x93, 'NUMPY'), pickle(0x89, 'HDF\r\n'), pickle('GGUF'), pickle(0, 0, 0, 0, 'TFL3')],
  ];
  for (const [at, bytes] of weights.entries()) assert.ok(beginsLikeWeights(bytes), `${at}`);
  const others = [
    ...[Buffer.of(), Buffer.of(0x80), Buffer.from('a,b\n1,2\n'), Buffer.from('{"a": 1}'), Buffer.from('%PDF-1.7')],
    ...[zip([{ name: 'word/document.xml', bytes: payload }]), pickle('PK\x03\x04'), pickle(0x89, 'PNG\r\n')],
    pickle(0x08, 0x08, 0xff),
  ];
  for (const [at, bytes] of others.entries()) assert.ok(!beginsLikeWeights(bytes), `${at}`);
});

test('the outer form of a model is told from that of other bytes', () => {
  for (const bytes of [model, onnx({ w: [1, 2] })]) assert.ok(isOnnx(bytes));
  for (const bytes of [Buffer.of(), Buffer.of(8, 8), payload, safetensors({ a: [1] }), Buffer.from('text'), model.subarray(0, 500)]) assert.ok(!isOnnx(bytes)); // biome-ignore format: one line
});

test('the names that a model gives to files beside it are found by their mark', () => {
  const bytes = onnx({ w: 'parts/w.bin', v: './v.bin', u: [1, 2] });
  assert.deepEqual([...locationsIn(bytes)], ['parts/w.bin', 'v.bin']);
  for (let length = 0; length < bytes.length; length++) assert.ok(locationsIn(bytes.subarray(0, length)).size <= 2);
  assert.equal(locationsIn(Buffer.from('location\x12')).size, 0);
});
