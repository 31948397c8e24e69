import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { checkWeights, type WeightFacts } from '../../src/evidence/weights.ts';
import type { Message } from '../../src/onnx/fields.ts';
import { sourceOf } from '../../src/weights/byte-source.ts';
import { weightFacts } from '../../src/weights/weight-facts.ts';
import { attribute, functions, graph, node, tensor, writeModel } from '../onnx/written-model.ts';
import { harmless, payload, pickle, short, zip } from './written-pickle.ts';
import { bytesOf, onnx, safetensors, torchZip } from './written-weights.ts';

const side = (path: string, bytes: Uint8Array, beside: Readonly<Record<string, Uint8Array>> = {}) => ({
  ...{ path, source: sourceOf(bytes) },
  beside: new Map(Object.entries(beside).map(([name, own]) => [name, sourceOf(own)])),
});
type Side = ReturnType<typeof side>;

/** Facts as evidence takes them. */
function facts(base: Side | null, head: Side): WeightFacts {
  const found = weightFacts(base === null ? 'added' : 'changed', base, head);
  checkWeights(found);
  return found;
}
const added = (path: string, bytes: Uint8Array, beside: Readonly<Record<string, Uint8Array>> = {}) =>
  facts(null, side(path, bytes, beside)).head!;
const names = ({ tensors }: WeightFacts) => tensors!.changes.map(({ name, kind }) => `${name} ${kind}`);

test('the format is what a file holds, and a name that promises another is told', () => {
  const cases = [
    ['a.pt', torchZip, null],
    ['a.pt', harmless, null],
    ['a.onnx', onnx({ w: [1, 2] }), null],
    ['a.safetensors', safetensors({ a: [1] }), null],
    ['a', harmless, null],
    ['a.safetensors', harmless, { format: 'safetensors', isDisguise: true }],
    ['a.onnx', torchZip, { format: 'ONNX', isDisguise: true }],
    ['a.onnx', safetensors({ a: [1] }), { format: 'ONNX', isDisguise: false }],
    ['a.PT', safetensors({ a: [1] }), { format: 'PyTorch', isDisguise: false }],
    ['a.onnx', Buffer.from('text'), null],
  ] as const;
  for (const [path, bytes, promised] of cases) assert.deepEqual(added(path, bytes).promised, promised, path);
});

test('imports stand once each, those first that nobody knows', () => {
  const twice = pickle(
    '(ccollections\nOrderedDict\n',
    'ccollections\nOrderedDict\n',
    'cos\nsystem\n',
    'csome\nThing\n',
    't.',
  );
  const { imports, importsTotal } = added('a.pkl', twice);
  assert.deepEqual(
    imports.map(({ name, isKnown, runsAnything }) => [name, isKnown, runsAnything]),
    [['os.system', false, true], ['some.Thing', false, false], ['collections.OrderedDict', true, false]],
  ); // biome-ignore format: one line
  assert.equal(importsTotal, 3);
  const hidden = pickle(0x80, 4, short('a\u202e\n::b'), short('c'), 0x93, '.');
  assert.equal(added('a.pkl', hidden).imports[0]!.name, 'a :\u200a:b.c');
  const many = pickle('(', ...Array.from({ length: 1500 }, (_, at) => `cm${at}\nn\n`), 't.');
  assert.deepEqual([added('a.pkl', many).imports.length, added('a.pkl', many).importsTotal], [1000, 1500]);
});

test('tensors of a model: constants of nodes, of inner graphs and of functions, lists of numbers, and two of one name', () => {
  const constant = (name: string, value: number): Message<'TensorProto'> =>
    tensor({ ...{ name, dims: [1], dataType: 1 }, floatData: Float32Array.of(value) as never });
  const model = (by: number) =>
    writeModel(
      {
        initializer: [constant('w', 1), constant('w', by)],
        node: [
          node('Constant', [], ['c'], { attribute: [attribute({ name: 'value', t: constant('', by), type: 4 })] }),
          node('If', ['x'], ['y'], {
            name: 'branch',
            attribute: [
              attribute({ name: 'then_branch', type: 5, g: graph({ initializer: [constant('inner', by)] }) }),
            ],
          }),
          node('LinearRegressor', ['x'], ['z'], {
            ...{ name: 'linear', domain: 'ai.onnx.ml' },
            attribute: [attribute({ name: 'coefficients', type: 6, floats: [1, by] as never })],
          }),
        ],
      },
      {
        functions: functions([
          {
            ...{ name: 'own', domain: 'mine' },
            node: [
              node('Constant', [], ['f'], { attribute: [attribute({ name: 'value', t: constant('', by), type: 4 })] }),
            ],
          },
        ]),
      },
    );
  const found = facts(side('m.onnx', model(1)), side('m.onnx', model(3)));
  assert.deepEqual(names(found).sort(), ['branch.then_branch/inner changed', 'c changed', 'linear.coefficients changed', 'own/f changed', 'w (2) changed']); // biome-ignore format: one line
  assert.equal(found.tensors!.same, 1);
  assert.deepEqual(found.head!.problems, []);
});

test('what breaks the rules of ONNX is a problem, each in a sentence', () => {
  const problem = (bytes: Uint8Array, beside = {}) => added('m.onnx', bytes, beside).problems.join('\n');
  const custom = (domain: string, more = {}) => writeModel({ node: [node('Evil', ['x'], ['y'], { domain })] }, more);
  assert.match(problem(custom('ai.onnx.contrib')), /"Evil" of the domain "ai\.onnx\.contrib" is no operator of ONNX/);
  assert.equal(problem(custom('mine', { functions: functions([{ name: 'Evil', domain: 'mine' }]) })), '');
  const nested = node('If', ['x'], ['y'], { attribute: [attribute({ name: 'then_branch', g: graph({ node: [node('Evil', [], ['q'], { domain: 'd' })] }) })] }); // biome-ignore format: one line
  assert.match(problem(writeModel({ node: [nested] })), /domain "d"/);
  for (const place of ['../w', '/etc/passwd', 'C:\\w', 'a/../../w', '~/w'])
    assert.match(problem(onnx({ w: place }), { [place]: bytesOf([1, 2]) }), /the constant "w" lies in/, place);
  assert.match(problem(onnx({ w: 'w.bin' }), { 'w.bin': bytesOf([1]) }), /lies at 0 to 8 of a file of 4 bytes/);
  const short = writeModel({ initializer: [tensor({ name: 'w', dims: [3], dataType: 1, rawData: bytesOf([1]) })] });
  assert.match(problem(short), /"w" has 4 bytes where \[3\] of float32 needs 12/);
  const huge = writeModel({ initializer: [tensor({ name: 'w', dims: [2 ** 40, 2 ** 40], dataType: 1 })] });
  assert.match(problem(huge), /has the shape/);
  const whole = onnx({ w: [1, 2] });
  for (let length = 1; length < whole.length; length++) {
    const { problems, unread } = added('m.onnx', whole.subarray(0, length));
    assert.ok(problems.length + unread.length > 0, `${length} bytes`);
  }
});

test('weights beside a model are read where they are there, and missing ones leave no figures', () => {
  const model = onnx({ w: 'w.bin', v: [1, 2] });
  const of = (numbers: readonly number[]) => side('m.onnx', model, { 'w.bin': bytesOf(numbers) });
  const found = facts(of([1, 2]), of([1, 4]));
  assert.deepEqual([names(found), found.tensors!.same], [['w changed'], 1]);
  const missing = facts(of([1, 2]), side('m.onnx', model));
  assert.deepEqual([missing.tensors, missing.head!.unread.length], [null, 1]);
  assert.match(missing.tensorsUnread!, /Weights lie in "w\.bin"/);
});

test('the figures of two real models: equal files, and one number moved', () => {
  const bytes = readFileSync(new URL('../fixtures/models/mlnet_breastcancer_logreg.onnx', import.meta.url));
  const same = facts(side('m.onnx', bytes), side('m.onnx', bytes)).tensors!;
  assert.deepEqual([same.changes, same.relativeNorm, same.tensors], [[], 0, { base: same.same, head: same.same }]);
  assert.ok(same.numbers.head > 100);
});

test('a type whose numbers are not read is named, and a foreign one in safetensors is not vouched for', () => {
  const four = (byte: number) =>
    writeModel({ initializer: [tensor({ name: 'q', dims: [2], dataType: 22, rawData: Uint8Array.of(byte) })] });
  const found = facts(side('m.onnx', four(1)), side('m.onnx', four(2)));
  assert.deepEqual(names(found), ['q uncompared']);
  const header = Buffer.from('{"a":{"dtype":"F3","shape":[1],"data_offsets":[0,1]}}');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const { problems, unread } = added('a.safetensors', Buffer.concat([length, header, Buffer.of(1)]));
  assert.deepEqual([problems.length, unread.length], [0, 1]);
});

test('a bomb, an archive of two lists, and bytes behind the tensors are not passed', () => {
  const found = (bytes: Uint8Array, path = 'a.pt') => {
    const { problems, unread } = added(path, bytes);
    return problems.concat(unread).join('\n');
  };
  const bomb = zip([{ name: 'a/data.pkl', bytes: harmless, isDeflated: true, size: 2 ** 32 - 2 }]);
  assert.match(found(bomb), /too many to look into/);
  assert.match(found(zip([{ name: 'a', bytes: payload, local: { name: 'b' } }])), /calls itself "b"/);
  assert.match(found(Buffer.concat([safetensors({ a: [1] }), payload]), 'a.safetensors'), /bytes belong to no tensor/);
  assert.match(found(new Uint8Array()), /no format that is known/);
});
