import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../src/errors.ts';
import { decodeModel } from '../../src/onnx/decode.ts';
import type { Message } from '../../src/onnx/fields.ts';
import { type Draft, writeMessage } from '../../src/onnx/write-message.ts';
import { hash32 } from '../../src/tensor/random.ts';
import { attribute, functions, graph, node, tensor, value, writeModel } from './written-model.ts';

const MODELS = join(import.meta.dirname, '../fixtures/models');
const FILES = ['pipeline_titanic', 'mlnet_breastcancer_logreg', 'light_squeezenet'];
const whole = FILES.map((name) => readFileSync(join(MODELS, `${name}.onnx`)));

/** Decodes bytes that may be anything: an answer, or one clean line. */
function decodes(bytes: Uint8Array): boolean {
  try {
    decodeModel(bytes);
    return true;
  } catch (error) {
    assert.ok(error instanceof UserError, `${error instanceof Error ? error.stack : error}`);
    assert.ok(error.message.length < 500 && !error.message.includes('\n'));
    return false;
  }
}

function refused(bytes: Uint8Array, pattern: RegExp, files: ((location: string) => Uint8Array) | null = null): void {
  assert.throws(
    () => decodeModel(bytes, files),
    (error: unknown) => {
      assert.ok(error instanceof UserError, `${pattern}: ${error instanceof Error ? error.stack : error}`);
      assert.match(error.message, pattern);
      assert.notEqual(error.hint, '');
      return true;
    },
  );
}

const relu = (from: string, to: string) => node('Relu', [from], [to]);
const chain = (names: readonly string[]) => names.slice(1).map((name, index) => relu(names[index]!, name));
const constant = (draft: Draft<'TensorProto'>) => writeModel({ node: [relu('x', 'y')], initializer: [tensor(draft)] });

test('cut at every hundredth of its length, a model is read or refused in one line', () => {
  for (const bytes of whole)
    for (let part = 0; part < 100; part++) {
      const cut = bytes.subarray(0, Math.floor((part * bytes.length) / 100));
      assert.equal(decodes(cut), false, `cut at ${part}%`);
    }
});

test('with bits turned, a model is read or refused in one line', () => {
  let read = 0;
  for (const [which, bytes] of whole.entries())
    for (let turn = 0; turn < 400; turn++) {
      const turned = Uint8Array.from(bytes);
      for (let bit = 0; bit <= turn % 4; bit++) {
        const at = hash32(which, turn, bit) % (8 * bytes.length);
        turned[at >> 3]! ^= 1 << (at & 7);
      }
      if (decodes(turned)) read++;
    }
  assert.ok(read > 100, 'most turned bits lie in names and weights');
});

test('what is no model', () => {
  refused(new Uint8Array(0), /the file is empty/);
  refused(new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\n'), /no protobuf|breaks off|wire type/);
  refused(new Uint8Array(1000), /illegal tag/);
  refused(Uint8Array.of(0x08, 0x08), /holds no graph/);
  refused(writeModel({}, { irVersion: 2 }), /IR version 2/);
  refused(writeModel({}, { opsetImport: [] }), /names no operator set/);
  refused(writeModel({}, { opsetImport: [{ domain: '', version: 6 }] }), /opset 6/);
});

test('graphs that are none', () => {
  refused(writeModel({ node: [relu('x', 'b'), relu('x', 'b'), relu('b', 'y')] }), /two nodes make the value "b"/);
  refused(writeModel({ node: [relu('b', 'a'), relu('a', 'b'), relu('a', 'y')] }), /form a circle/);
  refused(writeModel({ node: [relu('y', 'y')] }), /form a circle/);
  refused(writeModel({ node: [relu('x', 'x'), relu('x', 'y')] }), /circle|made twice/);
  refused(writeModel({ node: [relu('w', 'y')] }), /"w" is read, and nothing makes it/);
  refused(writeModel({ node: [] }), /"y" is read, and nothing makes it/);
  refused(writeModel({ node: [node('', ['x'], ['y'])] }), /no operator/);
  refused(writeModel({ node: [node('Sum', ['x', ''], ['y'])] }), /an input of a Sum has no name/);
  refused(writeModel({ node: [relu('x', 'y')], input: [value('x', [-2])] }), /shape \[-2\]/);
  refused(writeModel({ node: [relu('x', `${'n'.repeat(3000)}`), relu('x', 'y')] }), /name of 3000 characters/);
  refused(
    writeModel({ node: [node('Evil', ['x'], ['y'], { domain: 'their.own' })] }),
    /"Evil" is of the domain "their\.own"/,
  );
  refused(writeModel({ node: [node('Scaler', ['x'], ['y'], { domain: 'ai.onnx.ml' })] }), /without a version/);
  const odd = { name: 'to', i: 1, type: 2 };
  refused(
    writeModel({ node: [node('Cast', ['x'], ['y'], { attribute: [attribute(odd), attribute(odd)] })] }),
    /"to" of "Cast" is there twice/,
  );
  refused(
    writeModel({ node: [node('Cast', ['x'], ['y'], { attribute: [attribute({ ...odd, type: 13 })] })] }),
    /the type 13/,
  );
});

test('tensors that lie about their size, and types that are not read', () => {
  const huge = 2 ** 40;
  refused(constant({ name: 'w', dims: [huge, huge], dataType: 1 }), /has the shape/);
  refused(constant({ name: 'w', dims: [huge], dataType: 1, rawData: new Uint8Array(4) }), /more than 1073741824 bytes/);
  refused(constant({ name: 'w', dims: [-1], dataType: 1, rawData: new Uint8Array(4) }), /an axis of -1/);
  refused(constant({ name: 'w', dims: Array(40).fill(1), dataType: 1, floatData: [1] }), /40 axes/);
  refused(
    constant({ name: 'w', dims: [2], dataType: 1, rawData: new Uint8Array(7) }),
    /has 7 bytes where \[2\] of float32 needs 8/,
  );
  refused(constant({ name: 'w', dims: [2], dataType: 1, floatData: [1] }), /has 1 elements where \[2\] needs 2/);
  refused(constant({ name: 'w', dims: [1], dataType: 14, floatData: [1, 1] }), /holds complex64/);
  refused(constant({ name: 'w', dims: [1], dataType: 99 }), /holds type 99/);
  refused(constant({ name: 'w', dims: [1], dataType: 8, stringData: [Uint8Array.of(0xff)] }), /not UTF-8/);
  refused(constant({ name: 'w', dims: [1], dataType: 1, segment: new Uint8Array(2) }), /in segments/);
  const sparse = (indices: readonly bigint[], dims: readonly number[]) =>
    writeModel({
      node: [relu('x', 'y')],
      sparseInitializer: [
        {
          values: tensor({ name: 's', dims: [1], dataType: 1, floatData: [1] }),
          indices: tensor({ dims: [indices.length], dataType: 7, int64Data: indices }),
          dims,
        },
      ],
    });
  refused(sparse([5n], [4]), /index outside of \[4\]/);
  refused(sparse([-1n], [4]), /index outside of \[4\]/);
  refused(sparse([0n], [2 ** 20, 2 ** 20]), /more than 1073741824 bytes/);
  refused(sparse([0n, 1n], [4]), /1 values and indices of shape \[2\]/);
});

test('weights beside the model: only plain paths inside its folder, only in the outermost graph', () => {
  const places = [
    '/etc/passwd',
    '../secret',
    'a/../../b',
    '..',
    '',
    'a//b',
    'C:\\x',
    'a\\..\\b',
    '~/x',
    'a\u0000b',
    'file:///etc/passwd',
    'a/./b',
  ];
  const never = () => assert.fail('a refused file was opened');
  const beside = (entries: readonly (readonly [string, string])[]): Draft<'TensorProto'> => ({
    ...{ name: 'w', dims: [2], dataType: 1, dataLocation: 1 },
    externalData: entries.map(([key, text]) => ({ key, value: text })),
  });
  for (const place of places) refused(constant(beside([['location', place]])), /lies in "/, never);
  refused(constant(beside([])), /lies in ""/, never);
  const at = (...more: (readonly [string, string])[]) => constant(beside([['location', 'w.bin'], ...more]));
  refused(at(), /stored beside the model/);
  refused(at(['offset', '-1']), /offset of .* is "-1"/, never);
  refused(at(['offset', '1e3']), /is "1e3"/, never);
  refused(at(['length', '7']), /has 7 bytes in its file and needs 8/, never);
  refused(at(['location', 'other.bin']), /twice/, never);
  refused(at(['offset', '8']), /at 8 to 16 of a file of 12 bytes/, () => new Uint8Array(12));
  const held = tensor(beside([['location', 'w.bin']]));
  const own = attribute({ name: 'value', t: held, type: 4 });
  refused(writeModel({ node: [node('Constant', [], ['y'], { attribute: [own] })] }), /refers to a file/, never);
  const inner = graph({ initializer: [held], node: [relu('w', 't')], output: [value('t', [2])] });
  const branch = (name: string) => attribute({ name, g: inner, type: 5 });
  const choice = node('If', ['x'], ['y'], { attribute: [branch('then_branch'), branch('else_branch')] });
  refused(writeModel({ node: [choice] }), /refers to a file/, never);
});

test('models that are too deep, too many or call themselves end at once', () => {
  const nested = (depth: number): Message<'GraphProto'> => {
    if (depth === 0) return graph({ node: [relu('x', 'o')], output: [value('o', [2])] });
    const branch = (name: string) => attribute({ name, g: nested(depth - 1), type: 5 });
    return graph({
      node: [node('If', ['x'], ['o'], { attribute: [branch('then_branch')] })],
      output: [value('o', [2])],
    });
  };
  const { node: nodes } = nested(17);
  refused(writeModel({ node: nodes, output: [value('o', [2])] }), /nested more than 16 deep/);
  refused(writeModel({ node: nested(500).node, output: [value('o', [2])] }), /nested more than/);
  const names = Array.from({ length: 100_001 }, (_, index) => `v${index}`);
  refused(writeModel({ node: chain(['x', ...names]), output: [] }), /more than 50000 nodes/);
  // Within the limit a chain is sorted without recursion, even written backwards.
  const long = chain(['x', ...names.slice(0, 49_999)]).reverse();
  assert.equal(decodeModel(writeModel({ node: long, output: [] })).graph.nodes.length, 49_999);
  const empties = new Uint8Array(40_000_000);
  for (let at = 0; at < empties.length; at += 2) empties[at] = 0x0a;
  refused(writeMessage('ModelProto', { irVersion: 8, graph: undefined, producerName: '' }), /holds no graph/);
  const head = [0x08, 0x08, 0x3a, 0x80, 0xb4, 0x89, 0x13];
  refused(Buffer.concat([Uint8Array.from(head), empties]), /more than 1000000 messages/);

  const call = (name: string, from: string, to: string) => node(name, [from], [to], { domain: 'f' });
  const imports = {
    opsetImport: [
      { domain: '', version: 17 },
      { domain: 'f', version: 1 },
    ],
  };
  const made = (name: string, body: Message<'NodeProto'>[], version = 17, domain = '') => ({
    ...{ name, domain: 'f', input: ['v'], output: ['w'], attribute: [], attributeProto: [], node: body },
    opsetImport: [{ domain, version }],
  });
  const calling = (list: ReturnType<typeof made>[]) =>
    writeModel({ node: [call('A', 'x', 'y')] }, { ...imports, functions: functions(list) });
  refused(calling([made('A', [call('A', 'v', 'w')])]), /nested more than 16 deep/);
  refused(calling([made('A', [relu('v', 'w')], 12)]), /written for opset 12, the model for 17/);
  refused(calling([made('A', [relu('v', 'w')], 12, 'ai.onnx')]), /written for opset 12, the model for 17/);
  refused(calling([made('A', []), made('A', [])]), /function "A" is there twice/);
  const doubling = Array.from({ length: 15 }, (_, level) => {
    const name = level === 0 ? 'A' : `A${level}`;
    const calls = Array.from({ length: 8 }, (_unused, index) =>
      call(`A${level + 1}`, 'v', index === 0 ? 'w' : `u${index}`),
    );
    return made(name, calls);
  });
  refused(calling([...doubling, made('A15', [relu('v', 'w')])]), /more than 50000 nodes/);
});

test('foreign names are made harmless in messages', () => {
  const name = '::error::\u202e\n@everyone';
  assert.throws(
    () => decodeModel(writeModel({ node: [relu(name, 'y')] })),
    (error: UserError) => !/::|\n|\u202e/.test(error.message),
  );
  const { graph: read } = decodeModel(
    writeModel({
      node: [node('Relu', ['x'], ['y'], { attribute: [attribute({ name: '__proto__', i: 1, type: 2 })] })],
    }),
  );
  assert.deepEqual(Object.keys(read.nodes[0]!.attributes), ['__proto__']);
  assert.equal(({} as Record<string, unknown>).i, undefined);
});
