import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadOnnxruntime, makeRuntime } from '../../src/adapters/onnxruntime.ts';
import { decodeModel } from '../../src/onnx/decode.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Feed } from '../../src/onnx/runtime.ts';
import { attribute, functions, graph, node, tensor, value, writeModel } from './written-model.ts';

const MODELS = join(import.meta.dirname, '../fixtures/models');
const runtime = makeRuntime(loadOnnxruntime(), { threads: 1, kind: 'native' });

async function run(model: Uint8Array, feeds: Readonly<Record<string, Feed>>): Promise<Record<string, unknown>> {
  const session = await runtime.create(model);
  const results = await session.run(feeds);
  await session.release();
  return Object.fromEntries(
    Object.entries(results).map(([name, data]) => [name, Array.from(data as Iterable<unknown>)]),
  );
}

const floats = (shape: readonly number[], fill: (index: number) => number): Feed => ({
  type: 'float32',
  shape,
  data: Float32Array.from({ length: shape.reduce((x, y) => x * y, 1) }, (_, index) => fill(index)),
});
const texts = (...data: string[]): Feed => ({ type: 'string', shape: [data.length, 1], data });
const XY = floats([2], (index) => index + 1);

test('models of three exporters give the same outputs after decoding and encoding, and decode to the same again', async () => {
  const cases: Record<string, Record<string, Feed>> = {
    'pipeline_titanic.onnx': {
      pclass: { type: 'int64', shape: [2, 1], data: BigInt64Array.of(1n, 3n) },
      ...{ sex: texts('female', 'male'), embarked: texts('S', 'Q') },
      ...{ age: floats([2, 1], (index) => 30 + index), fare: floats([2, 1], () => 12.5) },
    },
    'mlnet_breastcancer_logreg.onnx': { Label: texts('5'), Features: floats([1, 8], (index) => index) },
    'light_squeezenet.onnx': { data_0: floats([1, 3, 224, 224], (index) => Math.sin(index)) },
  };
  for (const [file, feeds] of Object.entries(cases)) {
    const bytes = readFileSync(join(MODELS, file));
    const model = decodeModel(bytes);
    const again = encodeModel(model.graph, model);
    assert.deepEqual(await run(again, feeds), await run(bytes, feeds), file);
    assert.deepEqual(decodeModel(again), model, file);
  }
});

test('functions are written out: attributes handed on, defaults, outputs that are inputs, functions in functions', async () => {
  const scaled = node('Mul', ['v', 'by'], ['w']);
  const constant = node('Constant', [], ['by'], {
    attribute: [attribute({ name: 'value_float', refAttrName: 'factor', type: 1 })],
  });
  const own = functions([
    {
      ...{ name: 'Scale', domain: 'mine', input: ['v'], output: ['w', 'v'] },
      attribute: [],
      attributeProto: [attribute({ name: 'factor', f: 10, type: 1 })],
      node: [constant, scaled],
      opsetImport: [{ domain: '', version: 17 }],
    },
    {
      ...{ name: 'Twice', domain: 'mine', input: ['v'], output: ['w'], attribute: ['factor'], attributeProto: [] },
      node: [
        node('Scale', ['v'], ['inner', ''], { domain: 'mine' }),
        node('Scale', ['inner'], ['w', ''], {
          domain: 'mine',
          attribute: [attribute({ name: 'factor', refAttrName: 'factor', type: 1 })],
        }),
      ],
      opsetImport: [
        { domain: '', version: 17 },
        { domain: 'mine', version: 1 },
      ],
    },
  ]);
  const bytes = writeModel(
    {
      node: [
        node('Twice', ['x'], ['a'], { domain: 'mine', attribute: [attribute({ name: 'factor', f: 3, type: 1 })] }),
        node('Scale', ['a'], ['y', 'same'], { domain: 'mine' }),
      ],
      output: [value('y', [2]), value('same', [2])],
    },
    {
      functions: own,
      opsetImport: [
        { domain: '', version: 17 },
        { domain: 'mine', version: 1 },
      ],
    },
  );
  const model = decodeModel(bytes);
  assert.ok(model.graph.nodes.every(({ domain }) => domain === ''));
  assert.deepEqual(await run(encodeModel(model.graph, model), { x: XY }), { y: [300, 600], same: [30, 60] });
});

test('tensors are read from every form that they may be stored in', () => {
  const half = Uint16Array.of(0x3c00, 0xc000);
  const stored = [
    tensor({ name: 'raw', dims: [2], dataType: 1, rawData: new Uint8Array(Float32Array.of(1, -2).buffer) }),
    tensor({ name: 'floats', dims: [2], dataType: 1, floatData: [1, -2] }),
    tensor({ name: 'doubles', dims: [2], dataType: 11, doubleData: [1, -2] }),
    tensor({ name: 'longs', dims: [2], dataType: 7, int64Data: [2n ** 62n, -1n] }),
    tensor({ name: 'bytes', dims: [2], dataType: 3, int32Data: [127, -128] }),
    tensor({ name: 'unsigned', dims: [1], dataType: 13, uint64Data: [2n ** 64n - 1n] }),
    tensor({ name: 'half', dims: [2], dataType: 10, int32Data: Array.from(half) }),
    tensor({ name: 'flags', dims: [2], dataType: 9, int32Data: [1, 0] }),
    tensor({
      name: 'texts',
      dims: [2],
      dataType: 8,
      stringData: ['a', 'ü'].map((text) => new TextEncoder().encode(text)),
    }),
    tensor({ name: 'none', dims: [0, 3], dataType: 1 }),
  ];
  const sparse = {
    values: tensor({ name: 'sparse', dims: [2], dataType: 1, floatData: [5, 6] }),
    indices: tensor({ dims: [2, 2], dataType: 7, int64Data: [0n, 1n, 1n, 2n] }),
    dims: [2, 3],
  };
  const beside = tensor({
    ...{ name: 'beside', dims: [2], dataType: 1, dataLocation: 1 },
    externalData: [
      { key: 'location', value: 'weights/a.bin' },
      { key: 'offset', value: '3' },
    ],
  });
  const bytes = writeModel({
    node: [node('Identity', ['x'], ['y'])],
    initializer: [...stored, beside],
    sparseInitializer: [sparse],
  });
  const file = new Uint8Array(11);
  file.set(new Uint8Array(Float32Array.of(7, 8).buffer), 3);
  const asked: string[] = [];
  const read = (location: string) => {
    asked.push(location);
    return file;
  };
  const { graph: found } = decodeModel(bytes, read);
  const data = Object.fromEntries(
    found.initializers.map(({ name, data: own }) => [name, Array.from(own as Iterable<unknown>)]),
  );
  assert.deepEqual(asked, ['weights/a.bin']);
  assert.deepEqual(data, {
    ...{ raw: [1, -2], floats: [1, -2], doubles: [1, -2], longs: [2n ** 62n, -1n], bytes: [127, -128] },
    ...{ unsigned: [2n ** 64n - 1n], half: Array.from(half), flags: [1, 0], texts: ['a', 'ü'], none: [] },
    ...{ sparse: [0, 5, 0, 0, 0, 6], beside: [7, 8] },
  });
  const again = decodeModel(encodeModel(found, { opsets: { '': 17 }, irVersion: 8 }));
  assert.deepEqual(again.graph, found);
});

test('nodes in a wrong order are sorted, those in a right one left alone; constants that are inputs are constants', () => {
  const relu = (from: string, to: string) => node('Relu', [from], [to]);
  const branch = (name: string) => graph({ node: [relu('b', name)], output: [value(name, [2])] });
  const choice = node('If', ['flag'], ['y'], {
    attribute: [
      attribute({ name: 'then_branch', g: branch('t'), type: 5 }),
      attribute({ name: 'else_branch', g: branch('e'), type: 5 }),
    ],
  });
  const flag = tensor({ name: 'flag', dims: [], dataType: 9, int32Data: [1] });
  const { graph: sorted } = decodeModel(
    writeModel({
      node: [choice, relu('a', 'b'), relu('x', 'a')],
      initializer: [flag],
      input: [value('x', [2]), value('flag', [], 9)],
    }),
  );
  assert.deepEqual(
    sorted.nodes.map(({ outputs }) => outputs[0]),
    ['a', 'b', 'y'],
  );
  assert.deepEqual(
    sorted.inputs.map(({ name }) => name),
    ['x'],
  );
  const right = decodeModel(writeModel({ node: [relu('x', 'c'), relu('x', 'a'), relu('a', 'b'), relu('c', 'y')] }));
  assert.deepEqual(
    right.graph.nodes.map(({ outputs }) => outputs[0]),
    ['c', 'a', 'b', 'y'],
  );
});

test('inputs that are left out at the end by empty names are dropped: onnxruntime dies of some', async () => {
  const bytes = writeModel({
    node: [node('LayerNormalization', ['x', 'scale', ''], ['y'])],
    input: [value('x', [2])],
    initializer: [tensor({ name: 'scale', dims: [2], dataType: 1, floatData: [1, 1] })],
  });
  const { graph: read, ...rest } = decodeModel(bytes);
  assert.deepEqual(read.nodes[0]!.inputs, ['x', 'scale']);
  const { y } = await run(encodeModel(read, rest), { x: XY });
  assert.deepEqual((y as number[]).map(Math.round), [-1, 1]);
});
