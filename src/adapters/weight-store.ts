import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WeightStore } from '../training/ensemble.ts';

const SUFFIX = '.weights';
const DIGEST = 32;
const KEPT_BYTES = 2 ** 31;

/** Trained weights in a folder, by content; a damaged file counts as absent, and the oldest go first above 2 GiB. */
export function openWeightStore(folder: string): WeightStore {
  const pathOf = (key: string) => join(folder, createHash('sha256').update(key).digest('hex') + SUFFIX);
  return {
    async get(key) {
      const path = pathOf(key);
      const bytes = await readFile(path).catch(() => null);
      const weights = bytes && decode(bytes);
      if (weights) await utimes(path, new Date(), new Date()).catch(() => {});
      return weights;
    },
    async put(key, weights) {
      const path = pathOf(key);
      const part = `${path}.${process.pid}.part`;
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeFile(part, encode(weights), { mode: 0o600 });
        await rename(part, path);
        await forgetOldest(folder);
      } catch {
        // A cache that cannot be written (a read-only home, a full disk) costs time, not the review.
        await rm(part, { force: true }).catch(() => {});
      }
    },
  };
}

/** SHA-256 of the rest, length of the table of contents, the table of contents, all values as little-endian floats. */
function encode(weights: Readonly<Record<string, Float32Array>>): Buffer {
  const names = Object.keys(weights);
  const contents = Buffer.from(JSON.stringify(names.map((name) => [name, weights[name]!.length])));
  // Values begin at a multiple of four.
  const padded = Buffer.concat([contents, Buffer.alloc((4 - (contents.length % 4)) % 4, ' ')]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(padded.length);
  const values = names.map((name) => {
    const { buffer, byteOffset, byteLength } = weights[name]!;
    return Buffer.from(buffer, byteOffset, byteLength);
  });
  const body = Buffer.concat([length, padded, ...values]);
  return Buffer.concat([createHash('sha256').update(body).digest(), body]);
}

function decode(bytes: Buffer): Record<string, Float32Array> | null {
  const body = bytes.subarray(DIGEST);
  if (body.length < 4 || !createHash('sha256').update(body).digest().equals(bytes.subarray(0, DIGEST))) return null;
  const length = body.readUInt32LE(0);
  const contents = JSON.parse(body.toString('utf8', 4, 4 + length)) as [string, number][];
  const weights: Record<string, Float32Array> = {};
  let at = 4 + length;
  for (const [name, count] of contents) {
    weights[name] = new Float32Array(new Uint8Array(body.subarray(at, at + 4 * count)).buffer);
    at += 4 * count;
  }
  return weights;
}

async function forgetOldest(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(SUFFIX));
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const { size, mtimeMs } = await stat(path);
      return { path, size, mtimeMs };
    }),
  );
  let total = files.reduce((sum, { size }) => sum + size, 0);
  for (const { path, size } of files.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
    if (total <= KEPT_BYTES) return;
    await rm(path, { force: true });
    total -= size;
  }
}
