import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openDuckdb } from '../../../src/adapters/duckdb.ts';
import { readBytes } from '../../../src/adapters/files.ts';
import { readArrays } from '../../../src/adapters/read-arrays.ts';
import { UserError } from '../../../src/errors.ts';
import { loadPool } from '../../../src/table/load-pool.ts';
import { locateLines } from '../../../src/table/locate-lines.ts';
import type { TableOptions } from '../../../src/table/pool.ts';
import { zip } from '../../weights/written-pickle.ts';
import { bytesOf, float32s, floats, int64s, npy, npyWith, npz, texts, wholes } from './written-arrays.ts';

const PLAIN: TableOptions = { label: null, classes: null, id: null, group: null, exclude: [], text: [], maxRows: 1000 };
const EMPTY = { base: null, head: null };

async function room(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'taster-arrays-'));
  const folder = join(root, 'files');
  mkdirSync(folder);
  mkdirSync(join(root, 'scratch'));
  const sql = await openDuckdb({ folder, scratch: join(root, 'scratch'), memoryBytes: 1e9, threads: 2 });
  t.after(() => {
    sql.close();
    rmSync(root, { recursive: true });
  });
  let number = 0;
  const lay = (content: Uint8Array, repoPath = 'data/train.npz') => {
    const localPath = join(folder, String(number++));
    writeFileSync(localPath, content);
    return { repoPath, localPath, bytes: statSync(localPath).size };
  };
  const pool = async (
    base: Uint8Array | null,
    head: Uint8Array | null,
    path = 'data/train.npz',
    options: Partial<TableOptions> = {},
  ) => {
    const read = await loadPool(sql, {
      base: base && [lay(base, path)],
      head: head && [lay(head, path)],
      ...{ holdout: EMPTY, options: { ...PLAIN, ...options }, arrays: readArrays },
    });
    assert.deepEqual(readdirSync(folder).filter((name) => name.endsWith('.rows')), []); // biome-ignore format: one idea
    return read;
  };
  /** Name and values of each column of one file. */
  const columns = async (file: Uint8Array, path?: string) =>
    (await pool(null, file, path)).columns.map(({ name, values }) => [name, values] as const);
  const refusal = async (file: Uint8Array, path?: string): Promise<string> => {
    const error = await pool(null, file, path).then(
      () => assert.fail('it was read'),
      (found: unknown) => found,
    );
    assert.ok(error instanceof UserError, String(error));
    assert.deepEqual(readdirSync(folder).filter((name) => name.endsWith('.rows')), []); // biome-ignore format: one idea
    return `${error.message} ${error.hint}`;
  };
  return { sql, lay, pool, columns, refusal };
}

test('an archive is a table: values, lists row-major, and a single value where a row has one', async (t) => {
  const { columns } = await room(t);
  const file = npz({
    x: floats([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8.5]),
    y: wholes([2, 1], [3, -9]),
    name: texts(['a\t"b"\n', 'é🙂']),
  });
  const want = [['x', ['[1,2,3,4]', '[5,6,7,8.5]']], ['y', ['3', '-9']], ['name', ['a\t"b"', 'é🙂']]]; // biome-ignore format: a table
  assert.deepEqual(await columns(file), want);
});

test('a Fortran array has the same rows as one in C order', async (t) => {
  const { pool } = await room(t);
  const shape = [3, 2, 4];
  const numbers = Array.from({ length: 24 }, (_, at) => at);
  const at = (i: number, j: number, k: number) => i + 3 * (j + 2 * k);
  const turned = new Array<number>(24);
  for (const n of numbers) turned[at(Math.floor(n / 8), Math.floor((n % 8) / 4), n % 4)] = n;
  const [c, fortran] = [floats(shape, numbers), npy({ descr: '<f4', shape, fortran: true, data: float32s(...turned) })];
  const { counts, columns } = await pool(npz({ x: c }), npz({ x: fortran }));
  assert.deepEqual(counts, { base: 3, head: 3, added: 0, removed: 0, changed: 0, moved: 0 });
  assert.equal(columns[0]!.values[1], '[8,9,10,11,12,13,14,15]');
});

const swapped = (data: Buffer, size: number) =>
  size === 2 ? data.swap16() : size === 4 ? data.swap32() : data.swap64();
const view = (make: ArrayLike<number> & { buffer: ArrayBufferLike }) => Buffer.from(make.buffer as ArrayBuffer);
/** Elements and the texts that they are. */
const numbers: readonly (readonly [string, number, () => Buffer, readonly (string | null)[]])[] = [
  ['i1', 1, () => view(Int8Array.of(-128, 127)), ['-128', '127']],
  ['u1', 1, () => view(Uint8Array.of(0, 255)), ['0', '255']],
  ['i2', 2, () => view(Int16Array.of(-32768, 7)), ['-32768', '7']],
  ['u2', 2, () => view(Uint16Array.of(65535, 7)), ['65535', '7']],
  ['i4', 4, () => view(Int32Array.of(-(2 ** 31), 7)), ['-2147483648', '7']],
  ['u4', 4, () => view(Uint32Array.of(2 ** 32 - 1, 7)), ['4294967295', '7']],
  ['i8', 8, () => Buffer.from(BigInt64Array.of(-(2n ** 63n), 9007199254740993n).buffer), ['-9223372036854775808', '9007199254740993']], // biome-ignore format: a table
  ['u8', 8, () => Buffer.from(BigUint64Array.of(2n ** 64n - 1n, 7n).buffer), ['18446744073709551615', '7']],
  ['f2', 2, () => view(Uint16Array.of(0x3e00, 0xfbff, 0x7e00)), ['1.5', '-65504', null]],
  ['f4', 4, () => view(Float32Array.of(0.1, 16777216, 1e-45, 3.4028235e38)), ['0.1', '16777216', '1e-45', '3.4028235e+38']], // biome-ignore format: a table
  ['f8', 8, () => view(Float64Array.of(0.1, -0, Number.NaN, 1e300)), ['0.1', '0', null, '1e+300']],
];

test('each type of number in both byte orders reads as the number it is', async (t) => {
  const { columns } = await room(t);
  for (const [name, size, data, want] of numbers)
    for (const order of size === 1 ? ['|'] : ['<', '>']) {
      const bytes = order === '>' ? swapped(data(), size) : data();
      const file = npz({ v: npy({ descr: `${order}${name}`, shape: [want.length], data: bytes }) });
      assert.deepEqual(await columns(file), [['v', want]], `${order}${name}`);
    }
});

test('truth values, texts in both byte orders and in bytes; the three versions of the header', async (t) => {
  const { columns } = await room(t);
  const truth = npy({ descr: '|b1', shape: [2], data: bytesOf(1, 0) });
  assert.deepEqual(await columns(npz({ v: truth })), [['v', ['true', 'false']]]);
  assert.deepEqual(await columns(npz({ v: texts(['ab', '漢'], true) })), [['v', ['ab', '漢']]]);
  const latin = npy({ descr: '|S3', shape: [2], data: Buffer.from('abcd\0\0') });
  assert.deepEqual(await columns(npz({ v: latin })), [['v', ['abc', 'd']]]);
  const list = npy({ descr: '|b1', shape: [1, 3], data: bytesOf(1, 0, 1) });
  assert.deepEqual(await columns(npz({ v: list })), [['v', ['[1,0,1]']]]);
  const odd = floats([1, 3], [Number.NaN, Number.POSITIVE_INFINITY, -0]);
  assert.deepEqual(await columns(npz({ v: odd })), [['v', ['[NaN,inf,0]']]]);
  for (const version of [1, 2, 3] as const) {
    const file = npy({ descr: '<f4', shape: [2], version, data: float32s(1, 2) });
    assert.deepEqual(await columns(file, 'v.npy'), [['value', ['1', '2']]], String(version));
  }
});

test('single precision is written in the fewest digits that lead back to it', async (t) => {
  const { columns } = await room(t);
  const bits = Uint32Array.from({ length: 900 }, (_, at) => (Math.imul(at + 1, 0x9e3779b1) >>> 0) % 0x7f800000);
  const floats32 = new Float32Array(bits.buffer);
  const [[, values]] = (await columns(npz({ v: npy({ descr: '<f4', shape: [900], data: view(floats32) }) }))) as [
    [string, readonly string[]],
  ];
  for (const [at, value] of floats32.entries()) {
    assert.equal(Math.fround(Number(values[at])), value);
    const digits = values[at]!.replace(/e.*$/, '').replace(/^0\.0*|\.|0+$/g, '').length;
    if (digits > 1) assert.notEqual(Math.fround(Number(value.toPrecision(digits - 1))), value, values[at]!);
  }
});

test('an array on its own: a vector, a matrix by its columns, a wide or deep one as lists', async (t) => {
  const { columns } = await room(t);
  assert.deepEqual(await columns(floats([2, 2], [1, 2, 3, 4]), 'a.npy'), [['column1', ['1', '3']], ['column2', ['2', '4']]]); // biome-ignore format: one idea
  const turned = npy({ descr: '<f4', shape: [2, 2], fortran: true, data: float32s(1, 3, 2, 4) });
  assert.deepEqual(await columns(turned, 'a.npy'), [['column1', ['1', '3']], ['column2', ['2', '4']]]); // biome-ignore format: one idea
  assert.deepEqual(await columns(floats([1, 2, 2], [1, 2, 3, 4]), 'a.npy'), [['values', ['[1,2,3,4]']]]);
  const wide = await columns(floats([1, 2001], new Array(2001).fill(0)), 'a.npy');
  assert.deepEqual([wide.length, wide[0]![0], wide[0]![1][0]!.length], [1, 'values', 2 * 2001 + 1]);
  const widest = await columns(floats([1, 2000], new Array(2000).fill(0)), 'a.npy');
  assert.deepEqual([widest.length, widest.at(-1)![0]], [2000, 'column2000']);
});

test('packed otherwise, in another order or type of equal values: an empty diff', async (t) => {
  const { pool } = await room(t);
  const arrays = { x: floats([3, 2], [1, 2, 3, 4, 5.5, 6]), y: wholes([3], [0, 1, 1]) };
  const again = { y: npy({ descr: '|u1', shape: [3], data: bytesOf(0, 1, 1) }), x: arrays.x };
  const { counts, remarks } = await pool(npz(arrays), npz(again, { isDeflated: true }));
  assert.deepEqual(counts, { base: 3, head: 3, added: 0, removed: 0, changed: 0, moved: 0 });
  assert.deepEqual(remarks, ['No label column is set: checks that need one do not apply.']);
  const other = await pool(npz(arrays), npz({ ...arrays, y: wholes([3], [0, 1, 0]) }));
  assert.deepEqual([other.counts.added, other.counts.removed], [1, 1]);
});

test('the content says what a file is; parts are one table; rows have ordinals and no lines', async (t) => {
  const { sql, lay, columns, refusal } = await room(t);
  assert.deepEqual(await columns(npz({ v: wholes([1], [5]) }), 'data/train.csv'), [['v', ['5']]]);
  assert.deepEqual(await columns(wholes([1], [5]), 'data/train.npz'), [['value', ['5']]]);
  assert.match(await refusal(Buffer.from('a,b\n1,2\n')), /train\.npz: its name promises NumPy arrays, and its content/);
  assert.match(await refusal(Buffer.alloc(0)), /train\.npz: the file is empty/);
  const parts = [lay(npz({ v: wholes([2], [1, 2]) }), 'a.npz'), lay(npz({ v: wholes([1], [3]) }), 'b.npz')];
  const pool = await loadPool(sql, { base: null, head: parts, holdout: EMPTY, options: PLAIN, arrays: readArrays });
  assert.deepEqual(pool.rows.map(({ path, ordinal }) => [path, ordinal]), [['a.npz', 0], ['a.npz', 1], ['b.npz', 0]]); // biome-ignore format: one idea
  assert.deepEqual(await locateLines(sql, readBytes, parts[0]!, [0, 1], []), [null, null]);
});

test('what describes the data is left out and named; arrays of other lengths are an error with all shapes', async (t) => {
  const { pool, refusal } = await room(t);
  const one = npy({ descr: '<f8', shape: [], data: Buffer.alloc(8) });
  const { columns, remarks } = await pool(null, npz({ x: wholes([2], [1, 2]), scale: one }));
  assert.deepEqual(columns.map(({ name }) => name), ['x']); // biome-ignore format: one idea
  assert.ok(remarks.includes('data/train.npz: "scale" [] has no axes and is left out.'), remarks.join('\n'));
  const split = npz({ x_train: floats([2, 2], [1, 2, 3, 4]), x_test: floats([1, 2], [1, 2]) });
  assert.match(await refusal(split), /not all the same number of rows: "x_train" \[2, 2\], "x_test" \[1, 2\]\. Keep/);
  assert.match(await refusal(npz({ scale: one })), /there is no array of rows/);
  assert.match(await refusal(one, 'a.npy'), /a single value and has no rows/);
});

test('no rows are no error; no values in a row are', async (t) => {
  const { pool, refusal } = await room(t);
  const { counts, remarks } = await pool(npz({ x: wholes([1], [1]) }), npz({ x: wholes([0], []) }));
  assert.deepEqual([counts.base, counts.head, counts.removed], [1, 0, 1]);
  assert.ok(remarks.includes('data/train.npz holds no rows.'), remarks.join('\n'));
  for (const shape of [[2, 0], [0, 0], [10 ** 9, 0]]) // biome-ignore format: one idea
    assert.match(await refusal(npz({ x: floats(shape, []) })), /array "x": it holds no value in a row/);
});

const pickled = npyWith(
  "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
  Buffer.from('\x80\x04cos\nsystem\n'),
);
const header = (text: string, data: Uint8Array = int64s(1, 2)) => npyWith(text, data);
const plain = (descr: string, shape: string) => header(`{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`); // biome-ignore format: one idea

/** Arrays, and what is said of them. */
const bad: Readonly<Record<string, readonly [Uint8Array, RegExp]>> = {
  objects: [pickled, /Python objects \(a pickle, which is never opened\)/],
  records: [header("{'descr': [('a', '<i4'), ('b', '<i4')], 'fortran_order': False, 'shape': (2,), }"), /structured/],
  complex: [plain('<c8', '(2,)'), /complex numbers of the type "<c8"/],
  dates: [plain('<M8[ns]', '(2,)'), /values of the type "<M8\[ns\]"/],
  'long doubles': [plain('<f16', '(1,)'), /extended precision/],
  'no type': [plain('banana', '(2,)'), /values of the type "banana"/],
  'more than there is': [plain('<i8', '(3,)'), /shape \[3\] takes 24 bytes, and there are 16/],
  'less than there is': [plain('<i8', '(1,)'), /shape \[1\] takes 8 bytes, and there are 16/],
  'a huge shape': [plain('<i8', '(9007199254740991, 9007199254740991)'), /larger than any file/],
  'a huge axis': [plain('<i8', `(${'9'.repeat(400)},)`), /larger than any file/],
  'many axes': [plain('<i8', `(${'1, '.repeat(70)})`), /larger than any file/],
  'a negative axis': [plain('<i8', '(-2,)'), /header is not what NumPy writes/],
  'a number as shape': [plain('<i8', '(2)'), /header is not what NumPy writes/],
  'texts of no length': [plain('<U0', '(9,)'), /texts have 0 bytes/],
  'long texts': [plain('<U999999', '(1,)'), /texts have 3999996 bytes/],
  code: [header("{'descr': __import__('os').system('x'), 'fortran_order': False, 'shape': (2,), }"), /not what NumPy/],
  'a key twice': [header("{'descr': '<i8', 'descr': '<i4', 'fortran_order': False, 'shape': (2,)}"), /not what NumPy/],
  'another key': [header("{'descr': '<i8', 'fortran_order': False, 'shape': (2,), 'x': 1}"), /not what NumPy/],
  'a missing key': [header("{'descr': '<i8', 'shape': (2,)}"), /not what NumPy/],
  braces: [header(`${'{'.repeat(30000)}${'}'.repeat(30000)}`), /not what NumPy/],
  'version 9': [npyWith("{'descr': '<i8', 'fortran_order': False, 'shape': (2,)}", int64s(1, 2), 9), /version 9/],
  'a long header': [Buffer.from('\x93NUMPY\x02\0\xff\xff\xff\xff', 'latin1'), /header says that it has 4294967295/],
  'no array': [Buffer.from('text, not an array'), /it is no NumPy array/],
  'no text': [npy({ descr: '|S2', shape: [1], data: bytesOf(0xff, 0xfe) }), /not valid UTF-8/],
  'no letters': [npy({ descr: '<U1', shape: [1], data: bytesOf(0, 0, 0, 0xff) }), /what is no character/],
};

for (const [what, [array, says]] of Object.entries(bad))
  test(`${what}: refused by name, never unpickled`, async (t) => {
    const { refusal } = await room(t);
    const message = await refusal(npz({ x: array }));
    assert.match(message, says);
    assert.match(message, /^data\/train\.npz, array "x": /);
  });

test('an archive in which two readers may see other arrays, or that unpacks to too much, is refused', async (t) => {
  const { refusal, lay } = await room(t);
  const x = { name: 'x.npy', bytes: wholes([1], [1]) };
  const archives: readonly (readonly [Uint8Array, RegExp])[] = [
    [zip([x, { ...x, bytes: wholes([1], [2]) }]), /lists "x\.npy" twice/],
    [zip([{ ...x, local: { name: 'y.npy' } }]), /calls itself "y\.npy"/],
    [zip([{ ...x, crc: 1 }]), /another checksum/],
    [zip([{ ...x, size: 7, isDeflated: true }]), /cannot be unpacked to the size/],
    [zip([{ ...x, size: 2 ** 31, isDeflated: true }]), /unpacks to 2147483648 bytes, too many/],
    [zip([{ ...x, flags: 1 }]), /marked as encrypted/],
    [zip([x, { ...x, name: 'y.npy', isListed: false }]), /its directory does not list/],
    [zip([x], { before: Buffer.from('PK\x03\x04 something else') }), /not in order/],
    [zip([x, { name: 'notes.txt', bytes: Buffer.from('a') }]), /holds "notes\.txt", which is no array/],
    [zip([]), /the archive is empty/],
  ];
  for (const [archive, says] of archives) assert.match(await refusal(archive), says);
  const bomb = zip([{ name: 'x.npy', bytes: npy({ descr: '|u1', shape: [1, 3e8], data: Buffer.alloc(3e8) }), isDeflated: true }]); // biome-ignore format: one idea
  assert.ok(bomb.length < 400_000);
  assert.match(await refusal(bomb), /a row holds 300000000 values; at most 524288/);
  assert.equal(await readArrays(lay(Buffer.from('a,b\n1,2\n'), 'a.csv')), null);
});

test('cut off at any place, an archive and an array are refused', async (t) => {
  const { refusal } = await room(t);
  const whole = npz({ x: floats([2, 2], [1, 2, 3, 4]), y: wholes([2], [0, 1]) }, { isDeflated: true });
  for (let length = 1; length < whole.length; length += 7)
    assert.match(await refusal(whole.subarray(0, length)), /^data\/train\.npz/, `after ${length}`);
  const array = wholes([2], [0, 1]);
  for (let length = 1; length < array.length; length += 5)
    assert.match(await refusal(array.subarray(0, length), 'data/a.npy'), /^data\/a\.npy/, `after ${length}`);
});

test('lists of numbers of one length are a kind of column, from arrays and from JSON Lines; odd ones are told', async (t) => {
  const { pool } = await room(t);
  const kinds = async (file: Uint8Array, path: string) => {
    const { columns, remarks } = await pool(null, file, path);
    return [
      Object.fromEntries(columns.map(({ name, kind }) => [name, kind])),
      remarks.filter((r) => /list of/.test(r)),
    ];
  };
  const x = floats([3, 2], [1, 2, 3, Number.NaN, 5, 6]);
  assert.deepEqual(await kinds(npz({ x, y: wholes([3], [1, 2, 5]) }), 'a.npz'), [{ x: 'list', y: 'numeric' }, []]);
  const lines = Array.from({ length: 40 }, (_, at) => ({ x: [at, 0.5, 1e-9], y: [at, ...(at % 3 ? [1] : [])], z: ['a', at], w: `[${at}` })); // biome-ignore format: one idea
  const odd = [...lines, { ...lines[0], x: [1, 2] }];
  const text = odd.map((line) => JSON.stringify(line)).join('\n');
  assert.deepEqual(await kinds(Buffer.from(text), 'a.jsonl'), [
    { x: 'list', y: 'category', z: 'category', w: 'category' },
    ['a.jsonl: 1 value(s) of the column "x" are no list of 3 numbers and are read as missing.'],
  ]);
});

test('rows of a megabyte of text are read whole', async (t) => {
  const { columns } = await room(t);
  const width = 400_000;
  const [[, values]] = (await columns(npz({ x: floats([3, width], new Array(3 * width).fill(0.123456)) }))) as [
    [string, readonly string[]],
  ];
  assert.deepEqual(values.map((value) => value.length), [1, 1, 1].map(() => width * 9 + 1)); // biome-ignore format: one idea
});
