import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../src/errors.ts';
import { sizeOf } from '../../src/tensor/shape.ts';
import { sourceOf } from '../../src/weights/byte-source.ts';
import { indexSafetensors } from '../../src/weights/safetensors.ts';

const readSafetensors = (bytes: Uint8Array) =>
  indexSafetensors(sourceOf(bytes)).map((tensor) => ({ ...tensor, data: tensor.elements(0, sizeOf(tensor.shape)) }));

/** A file with this header (text, or an object) and so many bytes counting up. */
function file(header: unknown, size: number, pad = 0): Uint8Array {
  const text = Buffer.from((typeof header === 'string' ? header : JSON.stringify(header)) + ' '.repeat(pad));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.from(Array.from({ length: size }, (_, at) => at))]);
}
const entry = (dtype: string, shape: number[], first: number, last: number) => ({
  dtype,
  shape,
  data_offsets: [first, last],
});

test('tensors of every type are read, aligned or not', () => {
  const header = {
    __metadata__: { format: 'pt' },
    a: entry('U8', [3], 0, 3),
    b: entry('F32', [2], 3, 11),
    c: entry('I64', [], 11, 19),
    e: entry('F16', [0], 19, 19),
  };
  for (const pad of [0, 1, 2, 3]) {
    const [a, b, c, e] = readSafetensors(file(header, 19, pad));
    assert.deepEqual([a!.type, Array.from(a!.data as Uint8Array)], ['uint8', [0, 1, 2]]);
    const bytes = Buffer.from([3, 4, 5, 6, 7, 8, 9, 10]);
    assert.deepEqual(Array.from(b!.data as Float32Array), [bytes.readFloatLE(0), bytes.readFloatLE(4)]);
    assert.deepEqual([c!.shape, c!.data.length, e!.data.length], [[], 1, 0]);
  }
});

test('broken and hiding files are refused, each in one line', () => {
  const refused = (bytes: Uint8Array, message: RegExp) =>
    assert.throws(
      () => readSafetensors(bytes),
      (error: UserError) => error instanceof UserError && message.test(error.message) && !error.message.includes('\n'),
    );
  const one = { a: entry('U8', [2], 0, 2) };
  refused(new Uint8Array(4), /shorter/);
  refused(file(one, 2).subarray(0, 20), /header of \d+ bytes is not there/);
  refused(file('{"a":', 0), /no JSON/);
  refused(file('[]', 0), /no object/);
  refused(file(one, 3), /1 bytes belong to no tensor/);
  refused(file(one, 1), /needs 2 bytes/);
  refused(file({ a: entry('U8', [2], 1, 3) }, 3), /begins at byte 1, the one before ends at 0/);
  refused(file({ ...one, b: entry('U8', [2], 1, 3) }, 3), /begins at byte 1, the one before ends at 2/);
  refused(file({ a: entry('F3', [2], 0, 2) }, 2), /type "F3"/);
  refused(file({ a: entry('toString', [2], 0, 2) }, 2), /type "toString"/);
  refused(file({ a: entry('U8', [-2], 0, 2) }, 2), /no shape/);
  refused(file({ a: { dtype: 'U8', shape: [2] }, data_offsets: [0, 2] }, 2), /hides one|has the type/);
  refused(file({ a: { dtype: 'U8', shape: [2], data_offsets: [0] } }, 2), /no place/);
  refused(file({ a: entry('F32', [2 ** 40, 2 ** 40], 0, 2) }, 2), /needs/);
  refused(
    file(
      '{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}',
      2,
    ),
    /twice/,
  );
  const whole = file(one, 2);
  for (let length = 0; length < whole.length; length++) refused(whole.subarray(0, length), /broken/);
});
