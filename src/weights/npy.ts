/** What stands behind the header of a NumPy array: plain values, a pickle of Python objects, or why that cannot be told. */
export type NpyContent = 'values' | { readonly objects: Uint8Array } | { readonly unread: string };

/**
 * Told from the header alone, which NumPy evaluates as a Python literal: strings in pieces, with escapes or prefixes
 * could say another type than is seen here, and are no header that NumPy writes.
 */
export function readNpy(bytes: Uint8Array): NpyContent {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const cut = { unread: 'Its header breaks off.' };
  if (bytes.length < 12) return cut;
  const isOld = bytes[6] === 1;
  const start = isOld ? 10 : 12;
  const length = isOld ? view.getUint16(8, true) : view.getUint32(8, true);
  if (start + length > bytes.length) return cut;
  // Byte by byte: the decoder that is called latin1 is another one.
  const strings = stringsIn(Buffer.from(bytes.subarray(start, start + length)).toString('latin1'));
  if (strings === null) return { unread: 'Its header is not what NumPy writes.' };
  return strings.some((text) => OBJECTS.test(text)) ? { objects: bytes.subarray(start + length) } : 'values';
}

/** A type of Python objects: alone (`|O`), in a list of types (`i4,O`), or by its name. */
const OBJECTS = /object|(?:^|[^A-Za-z_])O\d*(?:$|[^A-Za-z_\d])/;

function stringsIn(header: string): string[] | null {
  const strings: string[] = [];
  const rest = header.replace(/'([^'\\]*)'(?=\s*[,:)\]}])/g, (_, text: string) => {
    strings.push(text);
    return '';
  });
  return /^[\s{}()[\],:\dL]*$/.test(rest.replace(/\b(?:True|False)\b/g, '')) ? strings : null;
}
