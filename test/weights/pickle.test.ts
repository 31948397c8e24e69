import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPickle } from '../../src/weights/pickle.ts';
import { OPCODES } from '../../src/weights/pickle-opcodes.ts';
import { harmless, PROTO4, payload, pickle, short } from './written-pickle.ts';

const importsOf = (bytes: Uint8Array) =>
  readPickle(bytes).imports.map(({ module, name, isCalled }) => `${module}.${name}${isCalled ? '()' : ''}`);

test('imports are found however they are written, and whether they are called', () => {
  const cases: [string, Uint8Array, string[]][] = [
    ['GLOBAL, REDUCE', pickle('cos\nsystem\n(S"true"\ntR.'), ['os.system()']],
    ['GLOBAL alone', pickle('cos\nsystem\n.'), ['os.system']],
    ['INST', pickle('(S"true"\nios\nsystem\n.'), ['os.system()']],
    ['OBJ', pickle('(cos\nsystem\nS"true"\no.'), ['os.system()']],
    ['NEWOBJ', pickle(0x80, 2, 'cbdb\nBdb\n', ')', 0x81, '.'), ['bdb.Bdb()']],
    ['NEWOBJ_EX', pickle(PROTO4, short('bdb'), short('Bdb'), 0x93, ')', '}', 0x92, '.'), ['bdb.Bdb()']],
    ['STACK_GLOBAL', payload, ['os.system()']],
    ['BUILD', pickle('csys\nmodules\n}b.'), ['sys.modules()']],
    ['by the memo', pickle('cos\nsystem\np7\n0g7\n(S"true"\ntR.'), ['os.system()']],
    ['PUT and BINGET', pickle('cos\nsystem\np1_0\n0h\x0a(tR.'), ['os.system()']],
    ['MEMOIZE', pickle(PROTO4, short('os'), 0x94, '0', 'h', 0, short('system'), 0x93, ')', 'R', '.'), ['os.system()']],
    ['duplicated', pickle('cos\nsystem\n2(tR.'), ['os.system()']],
    ['escaped', pickle("S'o\\x73'\nV\\u0073ystem\n", 0x93, ')R.'), ['os.system()']],
    ['octal and plain escapes', pickle("S'\\157s'\nS'sys\\tem'\n", 0x93, '.'), ['os.sys\tem']],
    ['a name that is worked out', pickle(PROTO4, short('os'), 'N', 0x93, '.'), ['os.null']],
    ['an extension', pickle(0x82, 7, '.'), ['null.null']],
    ['thrown away', pickle('cos\nsystem\n0N.'), ['os.system']],
    ['below a mark', pickle('(cos\nsystem\n1N.'), ['os.system']],
    ['two of them', pickle('cos\nsystem\n(tR0csys\nexit\n)R.'), ['os.system()', 'sys.exit()']],
  ];
  for (const [what, bytes, expected] of cases) {
    assert.deepEqual(importsOf(bytes), expected, what);
    assert.equal(readPickle(bytes).broken, null, what);
  }
});

test('values of every kind are stepped over', () => {
  const long = (count: number) => Buffer.from(new BigUint64Array([BigInt(count)]).buffer);
  const values = pickle(
    ...[
      0x95,
      long(9),
      '(',
      'F1.5\n',
      'G',
      new Uint8Array(8),
      'I1\n',
      'J',
      new Uint8Array(4),
      'K',
      1,
      'L1L\n',
      'M',
      1,
      0,
    ],
    ...['N', 'P1\n', 'NQ', 'T', 1, 0, 0, 0, 'x', 'U', 1, 'x', 'X', 1, 0, 0, 0, 'x', 0x88, 0x89, 0x8a, 1, 5],
    ...[
      0x8b,
      1,
      0,
      0,
      0,
      5,
      'B',
      1,
      0,
      0,
      0,
      'x',
      'C',
      1,
      'x',
      0x8d,
      long(1),
      'x',
      0x8e,
      long(1),
      'x',
      0x96,
      long(1),
      'x',
    ],
    ...[
      0x97,
      0x98,
      'l',
      '(NNd',
      '(Nt',
      0x85,
      'N',
      0x86,
      'NN',
      0x87,
      ']Na',
      '](Ne',
      '}NNs',
      '}(NNu',
      0x8f,
      '(N',
      0x90,
      '(N',
      0x91,
    ],
    ...['r', 9, 0, 0, 0, '0', 'j', 9, 0, 0, 0, 'q', 3, 'h', 3, '.'],
  );
  const { broken, end, imports } = readPickle(values);
  assert.deepEqual([broken, end, imports], [null, values.length, []]);
});

test('every opcode has a name of its own, and Python has as many', () => {
  assert.equal(OPCODES.size, 68);
  assert.equal(new Set([...OPCODES.values()].map(({ name }) => name)).size, 68);
});

test('what breaks off says why, and what was found before it stands', () => {
  const broken = (bytes: Uint8Array, message: RegExp, imports: string[] = []) => {
    assert.match(readPickle(bytes).broken ?? '', message);
    assert.deepEqual(importsOf(bytes), imports);
  };
  broken(new Uint8Array(), /ends before its STOP/);
  broken(pickle('cos\nsystem\n(tR', 0xff), /byte 14 is no opcode/, ['os.system()']);
  broken(pickle('R.'), /empty stack/);
  broken(pickle('a.'), /empty stack/);
  broken(pickle('t.'), /mark that is not there/);
  broken(pickle('g1\n.'), /has not kept/);
  broken(pickle('cos'), /a line has no end/);
  broken(pickle('X', 9, 0, 0, 0, 'x'), /reaches beyond the end/);
  broken(pickle(0x8d, new Uint8Array(8).fill(255)), /reaches beyond the end/);
  broken(pickle('K'), /reaches beyond the end/);
  broken(pickle('c', 0xff, '\nx\n.'), /no UTF-8/);
  for (let length = 0; length < payload.length; length++)
    assert.notEqual(readPickle(payload.subarray(0, length)).broken, null, `${length} bytes`);
});

/** What joblib writes for an array: its description, then the array. */
function wrapped(dtype: string, array: Uint8Array, more: readonly (string | number | Uint8Array)[] = []): Uint8Array {
  const type = pickle(short('numpy'), short('dtype'), 0x93, short(dtype), 0x85, 'R');
  const state = pickle('}(', short('shape'), 'K', 2, 'K', 3, 0x86, short('dtype'), type, ...more, 'u');
  return pickle(
    PROTO4,
    short('joblib.numpy_pickle'),
    short('NumpyArrayWrapper'),
    0x93,
    ')',
    0x81,
    state,
    'b',
    array,
    '0N.',
  );
}

test('arrays that joblib writes between the opcodes are stepped over, and pickles among them read', () => {
  const whole = (bytes: Uint8Array) => {
    const { broken, end } = readPickle(bytes);
    assert.deepEqual([broken, end], [null, bytes.length]);
    return importsOf(bytes);
  };
  const usual = ['joblib.numpy_pickle.NumpyArrayWrapper()', 'numpy.dtype()'];
  const raw = new Uint8Array(48).fill(0xff);
  assert.deepEqual(whole(wrapped('f8', raw)), usual);
  assert.deepEqual(whole(wrapped('<U2', raw)), usual);
  const aligned = [short('numpy_array_alignment_bytes'), 'K', 16];
  assert.deepEqual(whole(wrapped('f8', pickle(3, 0xff, 0xff, 0xff, raw), aligned)), usual);
  assert.deepEqual(whole(wrapped('O', payload)), [...usual, 'os.system()']);
  const deep = Array.from({ length: 2000 }).reduce<Uint8Array>((inner) => wrapped('O', inner), payload);
  assert.match(readPickle(deep).broken ?? '', /nested more than 8 deep/);
  assert.match(readPickle(wrapped('f8', raw.subarray(0, 8))).broken ?? '', /beyond the end/);
  assert.match(readPickle(wrapped('complicated', raw)).broken ?? '', /size is not known/);
  assert.deepEqual(importsOf(wrapped('O', payload.subarray(0, 20))), [...usual, 'os.system']);
});

test('a stream is read from where it begins to its STOP', () => {
  const both = pickle(harmless, payload);
  const first = readPickle(both);
  assert.equal(first.end, harmless.length);
  assert.deepEqual(readPickle(both, first.end).imports.map(({ name, at }) => [name, at - harmless.length]), [['system', 14]]); // biome-ignore format: one line
});
