import { hash32 } from '../tensor/random.ts';

/** Characters of a cell that are read; the rest of a longer one is not seen. */
export const READ_CHARACTERS = 4096;

const WORDS = /[\p{L}\p{N}\p{M}]+/gu;
const PRIME = 0x01000193;
const BASIS = 0x811c9dc5;

/** Hashes of a text's n-grams, with repeats: words, pairs of words, and runs of 3 to 5 characters. */
export interface Ngrams {
  readonly words: number[];
  readonly characters: number[];
}

/** The text without differences of case, width and white space. */
export function normalise(text: string): string {
  const folded = text.slice(0, READ_CHARACTERS).normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim();
  return folded.slice(0, READ_CHARACTERS);
}

/** n-grams of a text as unsigned 32-bit hashes; the kinds of n-gram never share a hash on purpose. */
export function ngramsOf(text: string): Ngrams {
  const normal = normalise(text);
  const words: number[] = [];
  let before = 0;
  for (const [word] of normal.matchAll(WORDS)) {
    let h = BASIS;
    for (let i = 0; i < word.length; i++) h = Math.imul(h ^ word.charCodeAt(i), PRIME);
    const hash = hash32(h, 1);
    if (words.length > 0) words.push(hash32(before, hash, 2));
    words.push(hash);
    before = hash;
  }
  const characters: number[] = [];
  // A space at either end makes the first and the last letters of the text features of their own.
  const padded = normal === '' ? '' : ` ${normal} `;
  for (let start = 0; start + 3 <= padded.length; start++) {
    let h = BASIS;
    const end = Math.min(start + 5, padded.length);
    for (let i = start; i < end; i++) {
      h = Math.imul(h ^ padded.charCodeAt(i), PRIME);
      if (i - start >= 2) characters.push(hash32(h, 3));
    }
  }
  return { words, characters };
}
