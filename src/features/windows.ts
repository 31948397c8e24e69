import { sharedFloats } from '../tensor/shared.ts';
import { EDGE } from './byte-tokens.ts';

/** Every place of some texts as a row: what stands before it, and the token that follows. */
export interface Windows {
  /** [N,k] numbers of the last k tokens, the oldest first; `EDGE` before a text begins. */
  readonly values: Float32Array;
  /** [N] the token that follows; `EDGE` at the end of a text. */
  readonly next: Float64Array;
  /** First row of each text, and N at the end. */
  readonly starts: Int32Array;
}

/** @param texts their tokens. @param width k. @param ends whether the end of a text is a row, too. */
export function windowsOf(texts: readonly Uint8Array[], width: number, { ends }: { ends: boolean }): Windows {
  const starts = new Int32Array(texts.length + 1);
  texts.forEach((text, index) => {
    starts[index + 1] = starts[index]! + text.length + (ends ? 1 : 0);
  });
  const N = starts[texts.length]!;
  const values = sharedFloats(N * width);
  const next = new Float64Array(N);
  texts.forEach((text, index) => {
    for (let row = starts[index]!, at = 0; row < starts[index + 1]!; row++, at++) {
      next[row] = text[at] ?? EDGE;
      for (let back = Math.min(at, width); back > 0; back--) values[(row + 1) * width - back] = text[at - back]!;
    }
  });
  return { values, next, starts };
}
