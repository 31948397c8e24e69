import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ByteTokens } from '../../src/features/byte-tokens.ts';
import type { LanguageSlice } from '../../src/training/language-slice.ts';
import { openSuffixes } from '../../src/training/suffixes.ts';
import { drawnWeights, logProbabilities, tiny } from './plain-language.ts';
import { runtime } from './small-set.ts';

const M = 5;
/** a..g are tokens 2 to 8. */
const tokens: ByteTokens = {
  of: Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 97 && byte < 104 ? byte - 95 : 1)),
  count: tiny.outputs,
};

/** Log-likelihood of letters behind a prefix, place by place. */
function bruteForce(slice: LanguageSlice, weights: Record<string, Float64Array>, prefix: number[], word: number[]) {
  const all = [...new Array<number>(slice.width).fill(0), ...prefix];
  return word.reduce((sum, letter) => {
    const own = logProbabilities(slice, weights, all.slice(-slice.width))[letter]!;
    all.push(letter);
    return sum + own;
  }, 0);
}

const slices: readonly (readonly [string, LanguageSlice])[] = [
  ['a window longer than the secret', tiny],
  ['a hidden layer that sees one token', { ...tiny, near: 1 }],
  ['ends shorter than the secret', { ...tiny, near: 2, grams: [1, 2] }],
  ['nothing looked up', { ...tiny, grams: [] }],
];
for (const [name, slice] of slices)
  test(`every text of three letters has the likelihood of plain loops: ${name}`, async () => {
    const weights = drawnWeights(slice, M);
    const scorer = await openSuffixes({ slice, tokens, models: M, weights }, { letters: 'bdf', length: 3, runtime });
    for (const prefix of ['', 'a', 'abcdefgabc', 'a?c']) {
      const answer = await scorer.score(prefix);
      assert.equal(answer.length, M * 27);
      for (const model of [0, M - 1]) {
        const own = Object.fromEntries(
          Object.entries(weights).map(([key, all]) => {
            const size = all.length / M;
            return [key, Float64Array.from(all.subarray(model * size, (model + 1) * size))];
          }),
        );
        for (let candidate = 0; candidate < 27; candidate++) {
          const word = [Math.floor(candidate / 9), Math.floor(candidate / 3) % 3, candidate % 3].map((i) => 3 + 2 * i);
          const before = Array.from(prefix, (letter) => tokens.of[letter.charCodeAt(0)]!);
          const expected = bruteForce(slice, own, before, word);
          const found = answer[model * 27 + candidate]!;
          assert.ok(
            Math.abs(found - expected) < 1e-4,
            `${prefix}, model ${model}, ${candidate}: ${found}, ${expected}`,
          );
        }
      }
    }
    await scorer.close();
  });
