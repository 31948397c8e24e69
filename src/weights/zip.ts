import { crc32, inflateRawSync } from 'node:zlib';
import { quoted } from '../onnx/refuse.ts';

/** A file in a zip archive, as both of its headers have it. */
export interface ZipEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface ZipContents {
  readonly entries: readonly ZipEntry[];
  /** What another reader might see otherwise: one sentence each. */
  readonly problems: readonly string[];
  /** What was not looked into: one sentence each. */
  readonly unread: readonly string[];
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_BYTES = 22;
const LONGEST_COMMENT = 65_535;
const ENCRYPTED = 1;
const STORED = 0;
const DEFLATED = 8;
const MOST_ENTRIES = 100_000;
const UTF8 = new TextDecoder('utf-8');

/** Whether bytes look like a zip archive: by its first entry, or by its end. */
export function isZip(bytes: Uint8Array): boolean {
  return findEnd(bytes) !== null;
}

/**
 * The files of an archive, by its directory, and all in which its two lists of files disagree: readers that trust the
 * one are shown other files than readers that trust the other.
 * @param most bytes that may come out of it in all.
 */
export function readZip(bytes: Uint8Array, most: number): ZipContents {
  const problems: string[] = [];
  const unread: string[] = [];
  const entries: ZipEntry[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(bytes);
  if (end === null) return { entries, problems, unread: ['It is no zip archive: its directory is missing.'] };
  const { count, offset } = directoryOf(view, end);
  if (count > MOST_ENTRIES)
    return { entries, problems, unread: [`It lists ${count} files, at most ${MOST_ENTRIES} are read.`] };
  const seen = new Set<string>();
  const covered: [number, number][] = [];
  let left = most;
  let at = offset;
  for (let index = 0; index < count; index++) {
    const central = at + 46 <= bytes.length && view.getUint32(at, true) === CENTRAL ? centralAt(bytes, view, at) : null;
    if (!central) {
      problems.push(`Its directory breaks off after ${index} of ${count} files.`);
      break;
    }
    at = central.next;
    if (seen.has(central.name)) problems.push(`It lists ${quoted(central.name)} twice.`);
    seen.add(central.name);
    const local = localAt(bytes, view, central.local);
    if (!local) {
      problems.push(`${quoted(central.name)} is listed where no file begins.`);
      continue;
    }
    if (local.name !== central.name)
      problems.push(`It lists ${quoted(central.name)} where the file calls itself ${quoted(local.name)}.`);
    if (local.method !== central.method) problems.push(`${quoted(central.name)} is packed otherwise than is listed.`);
    if (local.flags !== central.flags) problems.push(`${quoted(central.name)} has other flags than are listed.`);
    const stop = local.data + central.packed;
    covered.push([central.local, stop]);
    if (stop > bytes.length) {
      problems.push(`${quoted(central.name)} reaches beyond the end.`);
      continue;
    }
    // Some readers ignore the mark: what is marked encrypted may be read all the same.
    const isMarked = ((central.flags | local.flags) & ENCRYPTED) !== 0;
    const unpacked = unpack(bytes.subarray(local.data, stop), central, left);
    if (isMarked) problems.push(`${quoted(central.name)} is marked as encrypted.`);
    if (typeof unpacked === 'string') {
      if (!isMarked) unread.push(`${quoted(central.name)} ${unpacked}.`);
      continue;
    }
    left -= unpacked.length;
    if (crc32(unpacked) !== central.crc && !isMarked)
      problems.push(`${quoted(central.name)} has another checksum than is listed.`);
    entries.push({ name: central.name, bytes: unpacked });
  }
  if (hidesFiles(bytes, view, covered, offset)) problems.push('It holds files that its directory does not list.');
  if ((covered.length > 0 ? Math.min(...covered.map(([start]) => start)) : offset) > 0)
    problems.push('Something else stands before its first file.');
  return { entries, problems, unread };
}

/** Where the end record begins: the last one, as other readers take it. */
function findEnd(bytes: Uint8Array): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lowest = Math.max(0, bytes.length - END_BYTES - LONGEST_COMMENT);
  for (let at = bytes.length - END_BYTES; at >= lowest; at--) if (view.getUint32(at, true) === END) return at;
  return null;
}

/** Number of files, and where the directory begins; for archives beyond 4 GiB by the larger record before. */
function directoryOf(view: DataView, end: number): { readonly count: number; readonly offset: number } {
  const small = { count: view.getUint16(end + 10, true), offset: view.getUint32(end + 16, true) };
  if (small.count !== 0xffff && small.offset !== 0xffffffff) return small;
  const locator = end - 20;
  if (locator < 0 || view.getUint32(locator, true) !== 0x07064b50) return small;
  const record = Number(view.getBigUint64(locator + 8, true));
  if (record + 56 > end || view.getUint32(record, true) !== 0x06064b50) return small;
  return { count: Number(view.getBigUint64(record + 32, true)), offset: Number(view.getBigUint64(record + 48, true)) };
}

function centralAt(bytes: Uint8Array, view: DataView, at: number) {
  const [name, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [
    number,
    number,
    number,
  ];
  const next = at + 46 + name + extra + comment;
  if (next > bytes.length) return null;
  const large = largeFields(view, at + 46 + name, extra, {
    size: view.getUint32(at + 24, true),
    packed: view.getUint32(at + 20, true),
    local: view.getUint32(at + 42, true),
  });
  return {
    ...{ name: UTF8.decode(bytes.subarray(at + 46, at + 46 + name)), next, ...large },
    flags: view.getUint16(at + 8, true),
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
  };
}

/** Sizes and place beyond 4 GiB stand in the extra field 1, in this order, those alone that need it. */
function largeFields(
  view: DataView,
  start: number,
  length: number,
  own: { size: number; packed: number; local: number },
): { size: number; packed: number; local: number } {
  const fields = { ...own };
  for (let at = start; at + 4 <= start + length; ) {
    const [id, size] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
    let from = at + 4;
    if (id === 1)
      for (const key of ['size', 'packed', 'local'] as const)
        if (fields[key] === 0xffffffff && from + 8 <= at + 4 + size) {
          fields[key] = Number(view.getBigUint64(from, true));
          from += 8;
        }
    at += 4 + size;
  }
  return fields;
}

function localAt(bytes: Uint8Array, view: DataView, at: number) {
  if (at + 30 > bytes.length || view.getUint32(at, true) !== LOCAL) return null;
  const [name, extra] = [view.getUint16(at + 26, true), view.getUint16(at + 28, true)];
  return {
    name: UTF8.decode(bytes.subarray(at + 30, at + 30 + name)),
    flags: view.getUint16(at + 6, true),
    method: view.getUint16(at + 8, true),
    data: at + 30 + name + extra,
  };
}

/** The file's bytes, or why there are none. */
function unpack(
  packed: Uint8Array,
  { method, size }: { method: number; size: number },
  left: number,
): Uint8Array | string {
  if (size > left) return `unpacks to ${size} bytes, too many to look into`;
  if (method === STORED) return packed;
  if (method !== DEFLATED) return `is packed by method ${method}, which is not read`;
  try {
    const bytes = inflateRawSync(packed, { maxOutputLength: Math.max(1, Math.min(left, size)) });
    return bytes.length === size ? bytes : `unpacks to ${bytes.length} bytes, ${size} are listed`;
  } catch {
    return 'cannot be unpacked to the size that is listed';
  }
}

/** A file's header outside of all files that the directory lists, and before it. */
function hidesFiles(bytes: Uint8Array, view: DataView, covered: [number, number][], directory: number): boolean {
  const listed = [...covered].sort(([a], [b]) => a - b);
  let from = 0;
  for (const [start, stop] of [...listed, [directory, directory] as const]) {
    for (let at = from; at + 4 <= Math.min(start, bytes.length); at++)
      if (bytes[at] === 0x50 && view.getUint32(at, true) === LOCAL) return true;
    from = Math.max(from, stop);
  }
  return false;
}
