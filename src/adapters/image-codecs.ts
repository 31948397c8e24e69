import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { ImageHeader } from '../features/images/header.ts';
import type { Pixels } from '../features/images/resize.ts';

/** Decodes one file; null where it is cut off or damaged, or of a kind that the codec does not know. */
export type DecodeImage = (bytes: Uint8Array, header: ImageHeader) => Promise<Pixels | null>;

interface Decoded {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue, alpha. */
  readonly data: Uint8ClampedArray | Uint8Array;
}

type Codec = (bytes: Uint8Array) => Decoded | null;

/** The compiled codecs: beside the code where it is built, else in their packages. */
const WASM = {
  jpeg: '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm',
  png: '@jsquash/png/codec/pkg/squoosh_png_bg.wasm',
  webp: '@jsquash/webp/codec/dec/webp_dec.wasm',
} as const;

/** What libjpeg says where a file ends too early; it then fills the rest with grey and calls it well. */
const CUT_OFF = 'Premature end of JPEG file';
const LARGEST_CMYK_MEBIBYTES = 1024;

/**
 * Files that one instance of a codec may refuse. It leaves each through its own stack, which nobody winds up: after 39
 * files that ran into its heap, and it crashed or hung over files that are in order.
 */
const MOST_REFUSED = 4;

/**
 * The codecs, WASM but for JPEGs of four channels; each is opened when the first file asks for it. The alpha channel is
 * dropped, EXIF orientation and colour profiles are not applied, of 16 bits the upper 8 are taken: what a training
 * program sees that opens a file and asks for RGB. A codec that refused files is opened afresh, but for PNG, whose
 * loader keeps its first instance for as long as the thread lives. Throws where one crashed (`isCrash`).
 */
export function openCodecs(): DecodeImage {
  const codecs = new Map<string, Promise<Codec>>();
  const refused = new Map<string, number>();
  const open = { jpeg: openJpeg, png: openPng, webp: openWebp, cmyk: openCmyk };
  return async (bytes, { format, channels }) => {
    const name = format === 'jpeg' && channels === 4 ? 'cmyk' : format;
    const codec = codecs.get(name) ?? open[name]();
    codecs.set(name, codec);
    const decode = await codec;
    try {
      const found = decode(bytes);
      return found && withoutAlpha(found);
    } catch (error) {
      if (isCrash(error)) throw error;
      const count = (refused.get(name) ?? 0) + 1;
      refused.set(name, count % MOST_REFUSED);
      if (count === MOST_REFUSED) codecs.delete(name);
      return null;
    }
  };
}

/** True for a trap of WASM: an access out of bounds, an `unreachable`, no more memory. */
export function isCrash(error: unknown): boolean {
  return error instanceof Error && error.name === 'RuntimeError';
}

function withoutAlpha({ width, height, data }: Decoded): Pixels {
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = data[from]!;
    rgb[to + 1] = data[from + 1]!;
    rgb[to + 2] = data[from + 2]!;
  }
  return { width, height, data: rgb };
}

interface Emscripten {
  decode(bytes: Uint8Array, preserveOrientation?: boolean): Decoded | null;
}
type Factory = (options: Record<string, unknown>) => Promise<Emscripten>;

async function openJpeg(): Promise<Codec> {
  const { default: factory } = await import('@jsquash/jpeg/codec/dec/mozjpeg_dec.js');
  let complaint = '';
  const module = await start(factory as Factory, await readWasm('jpeg'), (line) => {
    complaint = line;
  });
  return (bytes) => {
    complaint = '';
    const found = module.decode(bytes, false);
    return complaint === CUT_OFF ? null : found;
  };
}

async function openWebp(): Promise<Codec> {
  const { default: factory } = await import('@jsquash/webp/codec/dec/webp_dec.js');
  const module = await start(factory as Factory, await readWasm('webp'), () => {});
  return (bytes) => module.decode(bytes);
}

async function openPng(): Promise<Codec> {
  const { decode, initSync } = await import('@jsquash/png/codec/pkg/squoosh_png.js');
  initSync(await readWasm('png'));
  return decode;
}

/** The one codec that is no WASM: cyan, magenta, yellow and black are not known to the other. */
async function openCmyk(): Promise<Codec> {
  const { decode } = await import('jpeg-js');
  const options = { useTArray: true, tolerantDecoding: false, maxMemoryUsageInMB: LARGEST_CMYK_MEBIBYTES } as const;
  return (bytes) => decode(bytes, options);
}

async function start(factory: Factory, wasmBinary: Uint8Array, complain: (line: string) => void): Promise<Emscripten> {
  return await factory({ noInitialRun: true, wasmBinary, print: () => {}, printErr: complain });
}

async function readWasm(format: keyof typeof WASM): Promise<Uint8Array> {
  const name = WASM[format];
  const built = !import.meta.url.endsWith('.ts');
  const path = built
    ? new URL(`./${name.replace(/^.*\//, '')}`, import.meta.url)
    : createRequire(import.meta.url).resolve(name);
  return await readFile(path);
}
