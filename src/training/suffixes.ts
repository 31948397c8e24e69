import { tokensOf } from '../features/byte-tokens.ts';
import { makeBuilder } from '../onnx/builder.ts';
import { encodeModel } from '../onnx/encode.ts';
import { type Graph, int64 } from '../onnx/graph.ts';
import type { Feed, Runtime } from '../onnx/runtime.ts';
import { withKernels } from '../onnx/with-kernels.ts';
import { parameterFeeds } from './group.ts';
import { inLanes } from './lanes.ts';
import { groupStarts, type LanguageModels, someOf } from './language.ts';
import type { LanguageSlice } from './language-slice.ts';
import { parameterValues } from './slice.ts';

/**
 * The graph that gives the log-likelihood of all A^n texts of n letters out of A that may follow a window: window [k]
 * int64 -> answer [M, A^n], the last letter runs fastest, nats. What enters the hidden layer is a sum over the places
 * of the window, so that texts which differ in one letter share all other terms.
 * @param letters [A] their tokens.
 */
export function suffixGraph(slice: LanguageSlice, models: number, letters: readonly number[], length: number): Graph {
  const { width: k, embedding: E, hidden: H } = slice;
  const A = letters.length;
  const build = makeBuilder('x_');
  const weight = build.add('Reshape', ['hidden_weight', build.ints([models, k, E, H])]);
  const own = build.constant(int64('x_letters', [A], letters));
  const embedded = build.add('Gather', ['embedding', own], { axis: 1 });
  const before = build.add('Unsqueeze', [build.add('Gather', ['embedding', 'window'], { axis: 1 }), build.ints([2])]);
  let total = '';
  for (let place = 0; place < length; place++) {
    // Letters of the text so far stand last in the window; what is left of it holds the end of what was before.
    const kept = k - place;
    const cut = (name: string, from: number, to: number) =>
      build.add('Slice', [name, build.ints([from]), build.ints([to]), build.ints([1])]);
    const products = build.add('MatMul', [cut(before, place, k), cut(weight, 0, kept)]);
    let entered = build.add('Add', [
      build.add('Squeeze', [build.add('ReduceSum', [products, build.ints([1])], { keepdims: 0 }), build.ints([1])]),
      build.add('Squeeze', ['hidden_bias', build.ints([1])]),
    ]);
    entered = build.add('Reshape', [entered, build.ints([models, 1, H])]);
    for (let back = place; back > 0; back--) {
      const at = k - back;
      const one = build.add('Reshape', [cut(weight, at, at + 1), build.ints([models, E, H])]);
      const terms = build.add('Unsqueeze', [build.add('MatMul', [embedded, one]), build.ints([1])]);
      const sum = build.add('Add', [build.add('Unsqueeze', [entered, build.ints([2])]), terms]);
      entered = build.add('Reshape', [sum, build.ints([models, A ** (place - back + 1), H])]);
    }
    const logits = build.add('Add', [
      build.add('MatMul', [build.add('Relu', [entered]), 'output_weight']),
      'output_bias',
    ]);
    const logs = build.add('Gather', [build.add('LogSoftmax', [logits], { axis: -1 }), own], { axis: 2 });
    const flat = build.ints([models, A ** (place + 1)]);
    total =
      total === ''
        ? build.add('Reshape', [logs, flat])
        : build.add('Reshape', [build.add('Add', [build.add('Unsqueeze', [total, build.ints([2])]), logs]), flat]);
  }
  build.put({ op: 'Identity', domain: '', inputs: [total], outputs: ['answer'], attributes: {} });
  return build.graph(
    'suffixes',
    [{ name: 'window', type: 'int64', shape: [k] }, ...parameterValues(slice, models)],
    [{ name: 'answer', type: 'float32', shape: [models, A ** length] }],
  );
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
