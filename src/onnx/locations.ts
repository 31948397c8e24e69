const MARK = Buffer.from('\n\x08location\x12', 'latin1');
const MOST = 10_000;

/** How much of one piece of a file must come again before the next. */
export const OVERLAP = 2048;

/**
 * Names of other files that a model's bytes hold as the place of a tensor's data (onnx.proto3, external_data), found by
 * their mark alone: nothing is parsed. Names of more than 127 bytes are not found.
 */
export function locationsIn(piece: Buffer, found: Set<string> = new Set()): Set<string> {
  for (let at = piece.indexOf(MARK); at >= 0 && found.size < MOST; at = piece.indexOf(MARK, at + 1)) {
    const start = at + MARK.length + 1;
    const length = piece[start - 1] ?? 0;
    if (length < 0x80 && start + length <= piece.length)
      found.add(piece.toString('utf8', start, start + length).replace(/^\.\//, ''));
  }
  return found;
}
