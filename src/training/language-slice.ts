import type { Builder } from '../onnx/builder.ts';
import { int64 } from '../onnx/graph.ts';
import { glorot, type Parameter } from './parameter.ts';

/**
 * A causal language model of a fixed window (Bengio et al. 2003): the last k tokens, each embedded, one hidden layer
 * (relu), a softmax over the vocabulary. A row is one place of a text: its window, and the token that follows as label.
 */
export interface LanguageSlice {
  readonly kind: 'language';
  readonly task: 'classification';
  /** k: tokens of the window, the oldest first; features hold their numbers. */
  readonly width: number;
  /** E: values that stand for a token. */
  readonly embedding: number;
  /** H */
  readonly hidden: number;
  /** V: the vocabulary. */
  readonly outputs: number;
}

/** Half-width of the first embeddings: of variance 1, as the other layers expect their inputs. */
const EMBEDDED = Math.sqrt(3);

export function languageParameters({ width, embedding, hidden, outputs }: LanguageSlice): readonly Parameter[] {
  const inputs = width * embedding;
  return [
    { name: 'embedding', shape: [outputs, embedding], bound: EMBEDDED, decays: false },
    { name: 'hidden_weight', shape: [inputs, hidden], bound: glorot(inputs, hidden), decays: true },
    { name: 'hidden_bias', shape: [1, hidden], bound: 0, decays: false },
    { name: 'output_weight', shape: [hidden, outputs], bound: glorot(hidden, outputs), decays: true },
    { name: 'output_bias', shape: [1, outputs], bound: 0, decays: false },
  ];
}

/** x [M,B,k] or, of all models at once, [B,k]: token numbers -> logits [M,B,V]. */
export function forwardLanguage(
  build: Builder,
  slice: LanguageSlice,
  at: { readonly x: string; readonly models: number; readonly batch: number; readonly isStacked: boolean },
): string {
  const { width, embedding, outputs } = slice;
  const { models, batch } = at;
  const affine = (from: string, name: string) =>
    build.add('Add', [build.add('MatMul', [from, `${name}_weight`]), `${name}_bias`]);
  // One table of all models' tokens: gathered several times faster than a product with one-hot rows.
  const firsts = Array.from({ length: models }, (_, model) => model * outputs);
  const first = build.constant(int64('w_first', [models, 1, 1], firsts));
  const tokens = build.add('Add', [build.add('Cast', [at.x], { to: 7 }), first]);
  const table = build.add('Reshape', ['embedding', build.ints([models * outputs, embedding])]);
  const embedded = build.add('Gather', [table, tokens], { axis: 0 });
  const window = build.add('Reshape', [embedded, build.ints([models, batch, width * embedding])]);
  return affine(build.add('Relu', [affine(window, 'hidden')]), 'output');
}

/** Floating-point operations of one pass forwards and backwards over one place by one model. */
export const languageFlops = ({ width, embedding, hidden, outputs }: LanguageSlice): number =>
  6 * (width * embedding * hidden + hidden * outputs);

export const describeLanguage = ({ width, embedding, hidden, outputs }: LanguageSlice): string =>
  `built-in language model: window of ${width}, ${outputs} tokens, ${embedding}-${hidden}`;
