/** So many bytes of a file are enough. */
export const MAGIC_BYTES = 256;

const LOCAL_HEADER = 30;
const NUMPY = '\x93NUMPY';
/** What may follow the mark of a pickle's protocol: opcodes that push something or frame what follows. */
const FIRST_OPCODES = Buffer.from('(]}).NKMJIGXUTCBc\x80\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x95', 'latin1');

/**
 * Whether a file begins as one of weights does, whatever it is called. Formats without a mark of their own (the oldest
 * pickles, packed files) are not told: these are known by name alone.
 */
export function beginsLikeWeights(start: Uint8Array): boolean {
  const bytes = Buffer.from(start.subarray(0, MAGIC_BYTES));
  const has = (text: string, at = 0) => bytes.toString('latin1', at, at + text.length) === text;
  const [first = 0, second = 0, third = 0] = bytes;
  const isPickle = first === 0x80 && second >= 2 && second <= 5 && FIRST_OPCODES.includes(third);
  // ONNX: an IR version, then the tag of another field of ModelProto (2 to 8).
  const isOnnx =
    first === 0x08 && second >= 3 && second < 0x20 && [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42].includes(third);
  // The length of a header below 4 GiB, then the header.
  const isSafetensors = has('\0\0\0\0{"', 4);
  const isOther = has(NUMPY) || has('\x89HDF\r\n') || has('GGUF') || has('TFL3', 4);
  return isPickle || isOnnx || isSafetensors || isOther || isArchive(bytes);
}

/** Whether a file begins as one of NumPy's does: an array, or an archive whose first file is one. */
export function beginsLikeNumpy(start: Uint8Array): boolean {
  const bytes = Buffer.from(start.subarray(0, MAGIC_BYTES));
  return bytes.toString('latin1', 0, NUMPY.length) === NUMPY || firstInArchive(bytes).endsWith('.npy');
}

/** PyTorch's archive and NumPy's, by the first file inside; other archives are no weights. */
function isArchive(bytes: Buffer): boolean {
  return /(?:data\.pkl|\.npy)$/.test(firstInArchive(bytes));
}

/** The name of the first file of a zip archive; empty where it is none. */
function firstInArchive(bytes: Buffer): string {
  const isZip = bytes.length >= LOCAL_HEADER && bytes.toString('latin1', 0, 4) === 'PK\x03\x04';
  return isZip ? bytes.toString('latin1', LOCAL_HEADER, LOCAL_HEADER + bytes.readUInt16LE(26)) : '';
}
