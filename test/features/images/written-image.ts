import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { crc32, deflateSync } from 'node:zlib';
import type { Pixels } from '../../../src/features/images/resize.ts';
import { uniformAt } from '../../../src/tensor/random.ts';

/** An image of seeded noise. */
export function noise(seed: number, width: number, height = width): Pixels {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => Math.floor(256 * uniformAt(seed, at)));
  return { width, height, data };
}

/** A smooth image, as photographs are: what survives a change of size and a lossy codec. */
export function waves(seed: number, width: number, height = width): Pixels {
  const phase = (index: number) => 2 * Math.PI * uniformAt(seed, index);
  const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => {
    const [x, y, channel] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width), at % 3];
    const [fx, fy] = [1 + 2 * uniformAt(seed, 10 + channel), 1 + 2 * uniformAt(seed, 20 + channel)];
    const wave = Math.sin((2 * Math.PI * fx * x) / width + phase(channel)) + Math.sin((2 * Math.PI * fy * y) / height + phase(5 + channel)); // biome-ignore format: one idea
    return Math.round(127.5 + 60 * wave);
  });
  return { width, height, data };
}

interface PngForm {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha. */
  readonly colour: number;
  readonly palette?: readonly number[];
  readonly alpha?: readonly number[];
}

/** A PNG file of rows of bytes as they stand in the format (without their filter byte). */
export function writePng(
  { width, height, depth, colour, palette, alpha }: PngForm,
  rows: readonly Uint8Array[],
): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([depth, colour], 8);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', head),
    ...(palette ? [chunk('PLTE', Buffer.from(palette))] : []),
    ...(alpha ? [chunk('tRNS', Buffer.from(alpha))] : []),
    chunk('IDAT', deflateSync(Buffer.concat(rows.flatMap((row) => [Buffer.from([0]), row])))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}

export function pngOf({ width, height, data }: Pixels): Buffer {
  const rows = Array.from({ length: height }, (_, y) => data.subarray(3 * y * width, 3 * (y + 1) * width));
  return writePng({ width, height, depth: 8, colour: 2 }, rows);
}

interface Encoder {
  encode(data: Uint8Array, width: number, height: number, options: object): Uint8Array;
}

async function openEncoder(script: string, wasm: string): Promise<Encoder> {
  const { default: factory } = await import(script);
  const path = createRequire(import.meta.url).resolve(wasm);
  return await factory({ noInitialRun: true, wasmBinary: readFileSync(path) });
}

function withAlpha({ data }: Pixels): Uint8Array {
  return Uint8Array.from({ length: (data.length / 3) * 4 }, (_, at) =>
    at % 4 === 3 ? 255 : data[3 * Math.floor(at / 4) + (at % 4)]!,
  );
}

/** A JPEG file by a real encoder. */
export async function jpegOf(image: Pixels, more: object = {}): Promise<Buffer> {
  const { defaultOptions } = await import('@jsquash/jpeg/meta.js');
  const encoder = await openEncoder('@jsquash/jpeg/codec/enc/mozjpeg_enc.js', '@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm'); // biome-ignore format: one idea
  return Buffer.from(encoder.encode(withAlpha(image), image.width, image.height, { ...defaultOptions, ...more }));
}

/** A WebP file by a real encoder. */
export async function webpOf(image: Pixels, more: object = {}): Promise<Buffer> {
  const { defaultOptions } = await import('@jsquash/webp/meta.js');
  const encoder = await openEncoder('@jsquash/webp/codec/enc/webp_enc.js', '@jsquash/webp/codec/enc/webp_enc.wasm');
  return Buffer.from(encoder.encode(withAlpha(image), image.width, image.height, { ...defaultOptions, ...more }));
}

const segment = (marker: number, bytes: readonly number[]): number[] => [
  ...[0xff, marker, (bytes.length + 2) >> 8, (bytes.length + 2) & 255],
  ...bytes,
];
/** The marker by which Adobe's programs say that four channels are stored upside down. */
export const ADOBE = segment(0xee, [...Buffer.from('Adobe'), 0, 100, 0, 0, 0, 0, 0]);

/** An EXIF block that names an orientation. */
export function exif(orientation: number, little = false): number[] {
  const word = (value: number, bytes: number) => {
    const big = Array.from({ length: bytes }, (_, at) => (value >> (8 * (bytes - 1 - at))) & 255);
    return little ? big.reverse() : big;
  };
  const tiff = [...Buffer.from(little ? 'II' : 'MM'), ...word(42, 2), ...word(8, 4)];
  const tag = [...word(0x0112, 2), ...word(3, 2), ...word(1, 4), ...word(orientation, 2), 0, 0];
  return segment(0xe1, [...Buffer.from('Exif\0\0'), ...tiff, ...word(1, 2), ...tag, ...word(0, 4)]);
}

/**
 * A baseline JPEG of 8 x 8 pixels whose channels are constant, written bit by bit: one block a channel that holds
 * nothing but its mean, in a quantisation of 8. `extra` segments stand before the frame.
 */
export function plainJpeg(channels: readonly number[], extra: readonly number[] = []): Buffer {
  const ids = channels.map((_, at) => at + 1);
  // Categories 0 to 11 have the codes 0000 to 1011; the only symbol of the other table is "end of block", code 0.
  const dc = segment(0xc4, [0x00, 0, 0, 0, 12, ...new Array(12).fill(0), ...Array.from({ length: 12 }, (_, at) => at)]);
  const ac = segment(0xc4, [0x10, 1, ...new Array(15).fill(0), 0]);
  const frame = segment(0xc0, [8, 0, 8, 0, 8, ids.length, ...ids.flatMap((id) => [id, 0x11, 0])]);
  const scan = segment(0xda, [ids.length, ...ids.flatMap((id) => [id, 0x00]), 0, 63, 0]);
  let bits = '';
  for (const value of channels) {
    const mean = value - 128;
    const category = mean === 0 ? 0 : Math.floor(Math.log2(Math.abs(mean))) + 1;
    const digits = mean > 0 ? mean : mean + 2 ** category - 1;
    bits +=
      category.toString(2).padStart(4, '0') + (category > 0 ? digits.toString(2).padStart(category, '0') : '') + '0';
  }
  const bytes = (bits.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, '1'), 2));
  const stuffed = bytes.flatMap((byte) => (byte === 0xff ? [0xff, 0] : [byte]));
  const tables = [...segment(0xdb, [0, ...new Array(64).fill(8)]), ...dc, ...ac];
  return Buffer.from([0xff, 0xd8, ...extra, ...tables, ...frame, ...scan, ...stuffed, 0xff, 0xd9]);
}
