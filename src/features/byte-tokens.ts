/** Token of what lies before a text and behind it. */
export const EDGE = 0;
/** Token of every byte that the vocabulary has no place for. */
export const OTHER = 1;

/** The token of each of 256 bytes, and how many tokens there are: V. */
export interface ByteTokens {
  readonly of: Uint8Array;
  readonly count: number;
}

const utf8 = new TextEncoder();

/**
 * A fixed vocabulary of single bytes (UTF-8), learned from texts: the most frequent ones, the smaller byte first among
 * equals, and always those of `needed`. @param most V at most, the two tokens that stand for no byte included.
 */
export function learnByteTokens(
  texts: readonly string[],
  { most, needed = '' }: { most: number; needed?: string },
): ByteTokens {
  const counts = new Float64Array(256);
  for (const text of texts) for (const byte of utf8.encode(text)) counts[byte]!++;
  for (const byte of utf8.encode(needed)) counts[byte] = Number.POSITIVE_INFINITY;
  const kept = Array.from(counts.keys())
    .filter((byte) => counts[byte]! > 0)
    .sort((a, b) => (counts[a] === counts[b] ? a - b : counts[b]! - counts[a]!))
    .slice(0, Math.max(0, most - 2))
    .sort((a, b) => a - b);
  const of = new Uint8Array(256).fill(OTHER);
  kept.forEach((byte, index) => {
    of[byte] = index + 2;
  });
  return { of, count: kept.length + 2 };
}

/** Tokens of a text, one a byte. */
export const tokensOf = (text: string, { of }: ByteTokens): Uint8Array => utf8.encode(text).map((byte) => of[byte]!);
