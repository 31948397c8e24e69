import { tokensOf } from '../features/byte-tokens.ts';
import { type Builder, makeBuilder } from '../onnx/builder.ts';
import { encodeModel } from '../onnx/encode.ts';
import { type Graph, int64 } from '../onnx/graph.ts';
import type { Feed, Runtime } from '../onnx/runtime.ts';
import { withKernels } from '../onnx/with-kernels.ts';
import { parameterFeeds } from './group.ts';
import { inLanes } from './lanes.ts';
import { groupStarts, type LanguageModels, someOf } from './language.ts';
import { bucketsOf, coefficient, type LanguageSlice } from './language-slice.ts';
import { parameterValues } from './slice.ts';

/**
 * The graph that gives the log-likelihood of all A^n texts of n letters out of A that may follow a window: window [k]
 * int64 -> answer [M, A^n], the last letter runs fastest, nats. What enters the hidden layer, and what is hashed, are
 * sums over the places of the window, so that texts which differ in one letter share all other terms.
 * @param letters [A] their tokens. @param length n, at most k.
 */
export function suffixGraph(slice: LanguageSlice, models: number, letters: readonly number[], length: number): Graph {
  const { width: k, outputs: V, grams } = slice;
  const A = letters.length;
  const build = makeBuilder('x_');
  const own = build.constant(int64('x_letters', [A], letters));
  const hidden = hiddenTerms(build, slice, models, own, A);
  const hash = gramTerms(build, slice, letters);
  let total = '';
  for (let place = 0; place < length; place++) {
    // Logits depend on the last letters alone: those before them are met by broadcasting.
    const parts = [hidden(place), ...grams.map((gram) => hash(gram, place))].sort((x, y) => y.seen - x.seen);
    const { seen } = parts[0]!;
    const logits = parts.reduce((sum, part) => {
      const split = build.ints([models, A ** (seen - part.seen), A ** part.seen, V]);
      const own = build.add('Unsqueeze', [part.name, build.ints([1])]);
      return { seen, name: build.add('Add', [build.add('Reshape', [sum.name, split]), own]) };
    });
    const flat = build.add('Reshape', [logits.name, build.ints([models, 1, A ** seen, V])]);
    const logs = build.add('Gather', [build.add('LogSoftmax', [flat], { axis: -1 }), own], { axis: 3 });
    const before = total && build.add('Reshape', [total, build.ints([models, A ** (place - seen), A ** seen, 1])]);
    const sum = before ? build.add('Add', [before, logs]) : logs;
    total = build.add('Reshape', [sum, build.ints([models, A ** (place + 1)])]);
  }
  build.put({ op: 'Identity', domain: '', inputs: [total], outputs: ['answer'], attributes: {} });
  return build.graph(
    'suffixes',
    [{ name: 'window', type: 'int64', shape: [k] }, ...parameterValues(slice, models)],
    [{ name: 'answer', type: 'float32', shape: [models, A ** length] }],
  );
}

/** Logits [M, A^seen, V] of some part of the model, `seen` letters of the text so far in its sight. */
interface Part {
  readonly name: string;
  readonly seen: number;
}

const cut = (build: Builder, name: string, from: number, to: number, axis: number) =>
  build.add('Slice', [name, build.ints([from]), build.ints([to]), build.ints([axis])]);

/** The hidden layer's part, behind `place` letters. */
function hiddenTerms(build: Builder, slice: LanguageSlice, models: number, own: string, A: number) {
  const { width: k, near, embedding: E, hidden: H } = slice;
  const weight = build.add('Reshape', ['hidden_weight', build.ints([models, near, E, H])]);
  const embedded = build.add('Gather', ['embedding', own], { axis: 1 });
  const window = build.add('Gather', ['embedding', cut(build, 'window', k - near, k, 0)], { axis: 1 });
  const before = build.add('Unsqueeze', [window, build.ints([2])]);
  return (place: number): Part => {
    // Letters of the text so far stand last in the window; the rest of it holds the end of what was before.
    const seen = Math.min(place, near);
    let entered = 'hidden_bias';
    if (seen < near) {
      const kept = cut(build, weight, 0, near - seen, 1);
      const products = build.add('MatMul', [cut(build, before, seen, near, 1), kept]);
      entered = build.add('Add', [build.add('ReduceSum', [products, build.ints([1])], { keepdims: 0 }), entered]);
    }
    for (let back = seen; back > 0; back--) {
      const one = build.add('Reshape', [
        cut(build, weight, near - back, near - back + 1, 1),
        build.ints([models, E, H]),
      ]);
      const terms = build.add('Unsqueeze', [build.add('MatMul', [embedded, one]), build.ints([1])]);
      const sum = build.add('Add', [build.add('Unsqueeze', [entered, build.ints([2])]), terms]);
      entered = build.add('Reshape', [sum, build.ints([models, A ** (seen - back + 1), H])]);
    }
    const product = build.add('MatMul', [build.add('Relu', [entered]), 'output_weight']);
    return { name: build.add('Add', [product, 'output_bias']), seen };
  };
}

/** The part of the ends of `gram` tokens that are looked up, behind `place` letters. */
function gramTerms(build: Builder, { width: k, buckets }: LanguageSlice, letters: readonly number[]) {
  return (gram: number, place: number): Part => {
    const seen = Math.min(place, gram);
    let sums = build.ints([0]);
    for (let back = gram; back > seen; back--) {
      const at = k - (back - place);
      const token = build.add('Add', [cut(build, 'window', at, at + 1, 0), build.ints([1])]);
      sums = build.add('Add', [sums, build.add('Mul', [token, build.ints([coefficient(gram, back)])])]);
    }
    for (let back = seen; back > 0; back--) {
      const terms = build.ints(letters.map((letter) => (letter + 1) * coefficient(gram, back)));
      const sum = build.add('Add', [build.add('Unsqueeze', [sums, build.ints([1])]), terms]);
      sums = build.add('Reshape', [sum, build.ints([letters.length ** (seen - back + 1)])]);
    }
    const found = build.add('Gather', ['grams', bucketsOf(build, sums, buckets)], { axis: 1 });
    return { name: build.add('MatMul', [found, 'grams_weight']), seen };
  };
}

/** Gives [M, A^n]: the log-likelihood of every text of `length` letters behind a prefix. Must be closed. */
export interface SuffixScorer {
  score(prefix: string): Promise<Float32Array>;
  close(): Promise<void>;
}

export async function openSuffixes(
  { slice, tokens, models, weights }: LanguageModels,
  { letters, length, runtime }: { letters: string; length: number; runtime: Runtime },
): Promise<SuffixScorer> {
  const own = Array.from(tokensOf(letters, tokens));
  const answers = own.length ** length;
  const groups = await Promise.all(
    groupStarts(models, slice, runtime).map(async ({ first, count }) => {
      const graph = withKernels(suffixGraph(slice, count, own, length), runtime.provider);
      const parameters = parameterFeeds(slice, someOf(weights, models, first, count), count);
      return { first, parameters, session: await runtime.create(encodeModel(graph)) };
    }),
  );
  return {
    async score(prefix) {
      const all = new Float32Array(models * answers);
      const data = windowOf(tokensOf(prefix, tokens), slice.width);
      const window: Feed = { type: 'int64', shape: [slice.width], data };
      await inLanes(groups, runtime.lanes, async ({ first, parameters, session }) => {
        const { answer } = await session.run({ ...parameters, window });
        all.set(answer as Float32Array, first * answers);
      });
      return all;
    },
    async close() {
      await Promise.all(groups.map(({ session }) => session.release()));
    },
  };
}

/** The last k tokens; edges before the first. */
function windowOf(tokens: Uint8Array, width: number): BigInt64Array {
  const window = new BigInt64Array(width);
  const kept = tokens.subarray(Math.max(0, tokens.length - width));
  kept.forEach((token, index) => {
    window[width - kept.length + index] = BigInt(token);
  });
  return window;
}
