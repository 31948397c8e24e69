import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import { isKnown } from '../../src/weights/known-imports.ts';
import { type FileScan, scanFile } from '../../src/weights/scan.ts';
import { harmless, payload, pickle, short, zip } from './written-pickle.ts';

const told = ({ problems, unread }: FileScan) => [...problems, ...unread];
const names = ({ imports }: FileScan) => imports.map(({ module, name }) => `${module}.${name}`);
const strange = (scan: FileScan) =>
  scan.imports.filter((each) => !isKnown(each)).map(({ inside, name }) => `${inside}:${name}`);

/** A file of numpy's: version 1, a header, data. */
function npy(descr: string, data: Uint8Array): Uint8Array {
  const header = `{'descr': ${descr}, 'fortran_order': False, 'shape': (2,), }\n`;
  return pickle(0x93, 'NUMPY', 1, 0, header.length, 0, header, data);
}

test('the format is what a file holds', () => {
  const safetensors = (header: string) => pickle(header.length, new Uint8Array(7), header);
  const cases: [string, Uint8Array][] = [
    ['pickle', harmless],
    ['zip', zip([{ name: 'a/data.pkl', bytes: harmless }])],
    ['npy', npy("'<f4'", new Uint8Array(8))],
    ['safetensors', safetensors('{"__metadata__":{}}')],
    ['hdf5', pickle(0x89, 'HDF\r\n', 0x1a, '\n')],
    ['gzip', gzipSync(harmless)],
    ['zlib', deflateSync(harmless)],
    ['other', safetensors('[1, 2, 3]')],
    ['other', pickle('id,text,label\n1,hello,spam\n')],
    ['other', new Uint8Array()],
  ];
  for (const [format, bytes] of cases) {
    const scan = scanFile(bytes);
    assert.equal(scan.format, format);
    assert.deepEqual([strange(scan), scan.problems], [[], []]);
  }
});

test('a payload is found wherever it lies', () => {
  const archive = (name: string, isDeflated = false) =>
    zip([
      { name: 'a/data.pkl', bytes: harmless },
      { name, bytes: payload, isDeflated },
    ]);
  const cases: [string, Uint8Array][] = [
    [':system', payload],
    [':system', pickle(harmless, payload)],
    [':system', pickle(harmless, harmless, payload, 'raw data behind')],
    ['a/data.pkl:system', zip([{ name: 'a/data.pkl', bytes: payload }])],
    ['a/code.txt:system', archive('a/code.txt', true)],
    ['a/data/0:system', archive('a/data/0')],
    [
      'in/x.npz/y.npy:system',
      zip([{ name: 'in/x.npz', bytes: zip([{ name: 'y.npy', bytes: npy("'|O'", payload) }]) }]),
    ],
    [':system', gzipSync(payload)],
    ['b:system', deflateSync(zip([{ name: 'b', bytes: gzipSync(payload) }]))],
    [':system', npy("[('a', '<f4'), ('b', 'O')]", payload)],
    [':system', zip([{ name: 'a', bytes: harmless }], { before: payload })],
    [':system', zip([{ name: 'a', bytes: harmless }], { after: new Uint8Array(30), before: payload })],
  ];
  for (const [expected, bytes] of cases) assert.deepEqual(strange(scanFile(bytes)), [expected]);
});

test('what savers write themselves is known, what is worked out or looks alike is not', () => {
  const tensor = pickle(
    0x80,
    2,
    'ctorch._utils\n_rebuild_tensor_v2\n',
    '0ctorch\nFloatStorage\n',
    '0ccollections\nOrderedDict\n.',
  );
  assert.deepEqual(strange(scanFile(tensor)), []);
  assert.equal(names(scanFile(tensor)).length, 3);
  for (const [
    module,
    name,
  ] of [['torch', 'load'], ['collections', 'namedtuple'], ['constructor', 'name'], ['builtins', 'eval']]) // biome-ignore format: one line
    assert.ok(!isKnown({ module: module!, name: name! }));
  assert.ok(!isKnown({ module: null, name: 'OrderedDict' }));
});

test('archives whose two lists disagree are told so', () => {
  const problems = (bytes: Uint8Array) => told(scanFile(bytes)).join('\n');
  const file = { name: 'a/data.pkl', bytes: harmless };
  assert.match(
    problems(zip([{ ...file, local: { name: 'b/data.pkl' } }])),
    /lists "a\/data.pkl" where the file calls itself "b/,
  );
  assert.match(problems(zip([file, file])), /lists "a\/data.pkl" twice/);
  assert.match(problems(zip([file, { name: 'c', bytes: payload, isListed: false }])), /directory does not list/);
  assert.match(problems(zip([{ ...file, crc: 1 }])), /another checksum/);
  assert.match(problems(zip([{ ...file, flags: 1 }])), /marked as encrypted/);
  assert.match(problems(zip([{ ...file, local: { flags: 1 } }])), /other flags.*\n.*marked as encrypted/);
  assert.match(problems(zip([{ ...file, local: { method: 8 } }])), /packed otherwise/);
  assert.match(problems(zip([{ ...file, isDeflated: true, size: 5 }])), /cannot be unpacked to the size/);
  assert.match(problems(zip([{ ...file, size: 2 ** 32 - 2, isDeflated: true }])), /too many to look into/);
  assert.match(problems(zip([file], { before: pickle('#!/bin/sh\n') })), /stands before its first file/);
  assert.match(problems(zip([file], { before: harmless })), /a pickle and an archive at once/);
  const whole = zip([file, { name: 'b', bytes: harmless }]);
  assert.deepEqual(told(scanFile(whole)), []);
  const cut = Buffer.from(whole);
  cut.writeUInt16LE(9, cut.length - 22 + 10);
  assert.match(problems(cut), /breaks off after 2 of 9 files/);
});

test('what cannot be looked into is told, not passed', () => {
  const problems = (bytes: Uint8Array) => told(scanFile(bytes)).join('\n');
  for (const magic of ['BZh9', '\u00fd7zXZ\0', '7z\u00bc\u00af\u0027', 'Rar!'])
    assert.match(problems(Buffer.from(magic, 'latin1')), /is not looked into/);
  assert.match(problems(gzipSync(harmless).subarray(0, 20)), /packed by gzip and cannot be unpacked/);
  assert.match(problems(payload.subarray(0, 20)), /pickle breaks off: /);
  assert.match(problems(npy("'|O'", new Uint8Array(4))), /said to hold objects, and holds no pickle/);
  assert.match(problems(pickle(0x93, 'NUMPY', 1, 0, 9)), /header breaks off/);
  // Python's literals can write a type in other ways than NumPy does: nobody vouches for such a header.
  for (const descr of ["'|\\x4f'", "'|' 'O'", "u'|O'", "b'|O'", "'|O'[0:2]", '"|O"', "f'{1}O'"])
    assert.match(scanFile(npy(descr, payload)).unread.join(), /not what NumPy writes/, descr);
  for (const descr of ["'i4,O'", "'object'", "'O8'", "[('x', '<f4'), ('y', '|O')]", "'(2,)O'"])
    assert.deepEqual(strange(scanFile(npy(descr, payload))), [':system'], descr);
  for (const descr of ["'<c8'", "'<M8[ns]'", "[('O2_level', '<f4'), ('Ozone', '|b1')]"]) {
    const { imports, unread, problems: found } = scanFile(npy(descr, new Uint8Array(8)));
    assert.deepEqual([imports, unread, found], [[], [], []], descr);
  }
  const deep = Array.from({ length: 6 }).reduce<Uint8Array>((bytes) => gzipSync(bytes), payload);
  assert.match(problems(deep), /nested more than 4 deep/);
  const bomb = zip([{ name: 'a', bytes: gzipSync(new Uint8Array(1e6)) }]);
  assert.deepEqual(told(scanFile(bomb)), []);
});

test('what is not read is said, with its name; a Lambda layer of Keras is found all the same', () => {
  const lambda = '{"class_name": "Lambda", "config": {}}';
  const keras = (config: string) =>
    zip([
      { name: 'config.json', bytes: Buffer.from(config) },
      { name: 'model.weights.h5', bytes: Buffer.from('\x89HDF\r\n', 'latin1') },
    ]);
  for (const [bytes, format, unread] of [
    [Buffer.from('\x89HDF\r\n', 'latin1'), 'hdf5', 'It is HDF5 (Keras), which is not read in this version.'],
    [Buffer.from('GGUF\x03'), 'gguf', 'It is GGUF, which is not read in this version.'],
    [Buffer.from('\x1c\0\0\0TFL3'), 'tflite', 'It is TensorFlow Lite, which is not read in this version.'],
    [keras('{}'), 'zip', '"model.weights.h5": It is HDF5 (Keras), which is not read in this version.'],
  ] as const)
    assert.deepEqual(scanFile(bytes), { format, imports: [], problems: [], unread: [unread] });
  for (const bytes of [Buffer.from(`\x89HDF${lambda}`, 'latin1'), keras(lambda)])
    assert.match(scanFile(bytes).problems.join(), /names a Lambda layer/);
});

test('the header of safetensors may begin like a pickle', () => {
  const header = '{"__metadata__":{}}'.padEnd(0x280);
  const file = pickle(0x80, 2, new Uint8Array(6), header);
  assert.deepEqual([scanFile(file).format, told(scanFile(file))], ['safetensors', []]);
});

test('raw numbers of a storage are no pickle, whatever they begin with', () => {
  const raw = pickle(0x80, 2, 0x82, 7, new Uint8Array(64).fill(0xff));
  const scan = scanFile(zip([{ name: 'a/data.pkl', bytes: harmless }, { name: 'a/data/7', bytes: raw }])); // biome-ignore format: one line
  assert.deepEqual([strange(scan), told(scan)], [[], []]);
  assert.match(told(scanFile(zip([{ name: 'a/other', bytes: raw }]))).join(), /breaks off/);
});

test('a file cut anywhere, or with any bit turned, ends in an answer', () => {
  const whole = zip([{ name: 'a/data.pkl', bytes: payload, isDeflated: true }, { name: 'b', bytes: short('x') }]); // biome-ignore format: one line
  for (let length = 0; length <= whole.length; length++) scanFile(whole.subarray(0, length));
  for (let bit = 0; bit < whole.length * 8; bit++) {
    const turned = Buffer.from(whole);
    turned[bit >> 3]! ^= 1 << (bit & 7);
    scanFile(turned);
  }
});
