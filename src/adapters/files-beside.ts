import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { ExternalFiles } from '../onnx/read-tensor.ts';
import { quoted, refusedModel } from '../onnx/refuse.ts';

/** Bytes of one file beside a model: no more than all of its tensors may have. */
const MOST_BYTES = 1024 ** 3;

/**
 * The files of a model's folder, for `decodeModel`, each read once. Locations are those that `externalReference` let
 * pass; a link anywhere on the way, and what is no plain file, is not opened. Throws a UserError (`onnx-refused`).
 */
export function filesBeside(folder: string): ExternalFiles {
  const root = realpathSync(folder);
  const read = new Map<string, Uint8Array>();
  return (location) => {
    const known = read.get(location);
    if (known) return known;
    const parts = location.split('/').filter((part) => part !== '.');
    const paths = parts.map((_, at) => join(root, ...parts.slice(0, at + 1)));
    const plain = paths.every((path, at) => {
      const found = lstatSync(path, { throwIfNoEntry: false });
      return at < paths.length - 1 ? found?.isDirectory() : found?.isFile();
    });
    if (paths.length === 0 || !plain)
      throw refusedModel(`${quoted(location)} is no plain file beside it`, 'Commit the file itself, not a link.');
    const bytes = readPlain(paths.at(-1)!, location);
    read.set(location, bytes);
    return bytes;
  };
}

function readPlain(path: string, location: string): Uint8Array {
  const file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  try {
    const { size } = fstatSync(file);
    if (size > MOST_BYTES) throw refusedModel(`${quoted(location)} has ${size} bytes`, 'Use a smaller model.');
    const bytes = new Uint8Array(size);
    let filled = 0;
    for (let got = 1; filled < size && got > 0; filled += got)
      got = readSync(file, bytes, filled, size - filled, filled);
    return bytes.subarray(0, filled);
  } finally {
    closeSync(file);
  }
}
