import { orientationOf } from './orientation.ts';

/** What a file's first bytes say of the image in it, before any of it is decoded. */
export interface ImageHeader {
  readonly format: 'jpeg' | 'png' | 'webp';
  readonly width: number;
  readonly height: number;
  /** Channels of a JPEG (4: cyan, magenta, yellow, black); 0 where the format has no such count. */
  readonly channels: number;
  /** Passes over the image that a progressive JPEG asks for; 1 for all others. */
  readonly scans: number;
  /** EXIF orientation, 1 to 8; 1 is upright. */
  readonly orientation: number;
}

/** Reads the header of a JPEG, PNG or WebP file, known by its content. Null for anything else, and for a torn header. */
export function readImageHeader(bytes: Uint8Array): ImageHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (view.getUint16(0) === 0xffd8) return readJpeg(view);
    if (view.getUint32(0) === 0x89504e47 && view.getUint32(4) === 0x0d0a1a0a) return readPng(view);
    if (view.getUint32(0) === 0x52494646 && view.getUint32(8) === 0x57454250) return readWebp(view);
    return null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

const PLAIN = { channels: 0, scans: 1, orientation: 1 };
const IHDR = 0x49484452;

function readPng(view: DataView): ImageHeader | null {
  if (view.getUint32(12) !== IHDR) return null;
  return { format: 'png', width: view.getUint32(16), height: view.getUint32(20), ...PLAIN };
}

/** The three forms of WebP: lossy, lossless, extended (RFC 9649). */
function readWebp(view: DataView): ImageHeader | null {
  const size24 = (at: number) => (view.getUint16(at, true) | (view.getUint8(at + 2) << 16)) + 1;
  const found = (width: number, height: number): ImageHeader => ({ format: 'webp', width, height, ...PLAIN });
  const kind = view.getUint32(12);
  if (kind === 0x56503858) return found(size24(24), size24(27));
  if (kind === 0x56503820) return found(view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff);
  if (kind !== 0x5650384c || view.getUint8(20) !== 0x2f) return null;
  const bits = view.getUint32(21, true);
  return found((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
}

const START_OF_SCAN = 0xda;
const EXIF = 0xe1;
/** Start-of-frame markers: C0 to CF but for tables (C4), reserved (C8) and arithmetic conditioning (CC). */
const isFrame = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/** Goes from marker to marker as libjpeg does, over stray bytes between them, to the first frame. */
function readJpeg(view: DataView): ImageHeader | null {
  let orientation = 1;
  for (let at = 2; ; ) {
    while (view.getUint8(at) !== 0xff) at++;
    while (view.getUint8(at) === 0xff) at++;
    const marker = view.getUint8(at++);
    if (marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd8)) continue;
    const length = view.getUint16(at);
    if (marker === START_OF_SCAN || marker === 0xd9 || length < 2) return null;
    if (marker === EXIF && orientation === 1) orientation = orientationOf(view, at + 2, length - 2);
    if (isFrame(marker)) {
      const [height, width, channels] = [view.getUint16(at + 3), view.getUint16(at + 5), view.getUint8(at + 7)];
      return { format: 'jpeg', width, height, channels, scans: countScans(view, at), orientation };
    }
    at += length;
  }
}

/** In entropy-coded data FF is followed by 00 or a restart marker, so FF DA begins a scan (or lies in a later thumbnail). */
function countScans(view: DataView, from: number): number {
  let scans = 0;
  for (let at = from; at + 1 < view.byteLength; at++)
    if (view.getUint8(at) === 0xff && view.getUint8(at + 1) === START_OF_SCAN) scans++;
  return scans;
}
