/**
 * Counter-based random numbers: every value is a pure function of a key and a counter, so that any shard or
 * machine draws the same ones in any order.
 */

/** 32 well-mixed bits from up to four 32-bit words (murmur3's finaliser after each word; Appleby 2011). */
export function hash32(a: number, b = 0, c = 0, d = 0): number {
  let h = mix32(a ^ 0x9e3779b9);
  h = mix32(h ^ Math.imul(b, 0x85ebca6b) ^ 0x7f4a7c15);
  h = mix32(h ^ Math.imul(c, 0xc2b2ae35) ^ 0x165667b1);
  return mix32(h ^ Math.imul(d, 0x27d4eb2f) ^ 0x3c6ef372);
}

function mix32(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A stable 32-bit key of a text (FNV-1a over UTF-16 code units, then mixed). Not for secrets. */
export function keyOf(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return mix32(h);
}

/** Uniform in [0, 1) with 32 bits. */
export function uniformAt(key: number, counter: number, stream = 0): number {
  return hash32(key, counter, stream) / 0x1_0000_0000;
}

/** Standard normal by Box-Muller from two counters. */
export function normalAt(key: number, counter: number, stream = 0): number {
  const radius = Math.sqrt(-2 * Math.log((hash32(key, counter, stream, 1) + 0.5) / 0x1_0000_0000));
  return radius * Math.cos((2 * Math.PI * hash32(key, counter, stream, 2)) / 0x1_0000_0000);
}

/** A sequential generator over the counters of one key, for samplers and tests. */
export function randomSequence(seed: number): { next(): number; below(n: number): number; normal(): number } {
  let counter = 0;
  const next = () => uniformAt(seed, counter++, 0x5eed);
  return {
    next,
    below: (n) => Math.floor(next() * n),
    normal: () => normalAt(seed, counter++, 0x90a55),
  };
}

/** A permutation of 0..n-1 (Fisher-Yates) that depends on the seed alone. */
export function permutation(seed: number, n: number): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(uniformAt(seed, i, 0x9e12) * (i + 1));
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  return order;
}
