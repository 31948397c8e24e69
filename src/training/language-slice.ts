import type { Builder } from '../onnx/builder.ts';
import { int64 } from '../onnx/graph.ts';
import { hash32 } from '../tensor/random.ts';
import { glorot, type Parameter } from './parameter.ts';

/**
 * A causal language model of a fixed window. The last tokens are embedded and pass one hidden layer (relu; Bengio et al.
 * 2003); longer ends of the window are looked up whole in one hashed table (Pagnoni et al. 2024, arXiv 2412.09871,
 * section 3.2.1), which adds to the logits. A row is one place of a text: its window, and the token that follows as label.
 */
export interface LanguageSlice {
  readonly kind: 'language';
  readonly task: 'classification';
  /** k: tokens of the window, the oldest first; features hold their numbers. */
  readonly width: number;
  /** Tokens at the window's end that enter the hidden layer, each by its place. */
  readonly near: number;
  /** E: values that stand for a token. */
  readonly embedding: number;
  /** H */
  readonly hidden: number;
  /** Lengths of the ends of the window that are looked up whole: at most k; none for none. */
  readonly grams: readonly number[];
  /** G: places of the table. */
  readonly buckets: number;
  /** Values at each of them. */
  readonly recalled: number;
  /** V: the vocabulary. */
  readonly outputs: number;
}

/** Half-width of the first embeddings: of variance 1, as the layer behind them expects. */
const EMBEDDED = Math.sqrt(3);
/** How much what is looked up counts beside the hidden layer, chosen with seeds below 100 (docs/results-audit/extraction.md). */
const RECALL = 6;

export function languageParameters(slice: LanguageSlice): readonly Parameter[] {
  const { near, embedding, hidden, grams, buckets, recalled, outputs } = slice;
  const inputs = near * embedding;
  // The table begins at zero: what was never seen says nothing.
  const table: readonly Parameter[] = [
    { name: 'grams', shape: [buckets, recalled], bound: 0, decays: false },
    { name: 'grams_weight', shape: [recalled, outputs], bound: RECALL * Math.sqrt(3 / recalled), decays: true },
  ];
  return [
    { name: 'embedding', shape: [outputs, embedding], bound: EMBEDDED, decays: false },
    { name: 'hidden_weight', shape: [inputs, hidden], bound: glorot(inputs, hidden), decays: true },
    { name: 'hidden_bias', shape: [1, hidden], bound: 0, decays: false },
    { name: 'output_weight', shape: [hidden, outputs], bound: glorot(hidden, outputs), decays: true },
    { name: 'output_bias', shape: [1, outputs], bound: 0, decays: false },
    ...(grams.length > 0 ? table : []),
  ];
}

/** x [M,B,k] or, of all models at once, [B,k]: token numbers -> logits [M,B,V]. */
export function forwardLanguage(
  build: Builder,
  { width, near, embedding, outputs, grams, buckets, recalled }: LanguageSlice,
  at: { readonly x: string; readonly models: number; readonly batch: number; readonly isStacked: boolean },
): string {
  const { models, batch, isStacked } = at;
  const tokens = build.add('Cast', [at.x], { to: 7 });
  const ends = (length: number) =>
    build.add('Slice', [tokens, build.ints([width - length]), build.ints([width]), build.ints([-1])]);
  // One table of all models' rows: gathered several times faster than a product with one-hot rows.
  const look = (table: string, rows: number, size: number, numbers: string, axes: number) => {
    const firsts = Array.from({ length: models }, (_, model) => model * rows);
    const first = build.constant(int64(`w_${table}`, [models, ...new Array<number>(axes).fill(1)], firsts));
    const flat = build.add('Reshape', [table, build.ints([models * rows, size])]);
    return build.add('Gather', [flat, build.add('Add', [numbers, first])], { axis: 0 });
  };
  const affine = (from: string, name: string) =>
    build.add('Add', [build.add('MatMul', [from, `${name}_weight`]), `${name}_bias`]);

  const embedded = look('embedding', outputs, embedding, ends(near), 2);
  const window = build.add('Reshape', [embedded, build.ints([models, batch, near * embedding])]);
  const logits = affine(build.add('Relu', [affine(window, 'hidden')]), 'output');
  if (grams.length === 0) return logits;
  const found = grams.map((length) => {
    const terms = build.add('Mul', [build.add('Add', [ends(length), build.ints([1])]), coefficients(build, length)]);
    const sums = build.add('ReduceSum', [terms, build.ints([-1])], { keepdims: 0 });
    const rows = build.add('Reshape', [bucketsOf(build, sums, buckets), build.ints([isStacked ? models : 1, batch])]);
    return look('grams', buckets, recalled, rows, 1);
  });
  const recall = found.reduce((sum, one) => build.add('Add', [sum, one]));
  return build.add('Add', [logits, build.add('MatMul', [recall, 'grams_weight'])]);
}

const PRIME = 2 ** 31 - 1;

/** What a token counts in the hash of an end of so many tokens, `back` places before what follows: sums of it are the hash. */
export const coefficient = (length: number, back: number): number => 1 + (hash32(length, back, 0x6a35) % (PRIME - 1));

const coefficients = (build: Builder, length: number): string =>
  build.ints(Array.from({ length }, (_, index) => coefficient(length, length - index)));

/** Places of the table, from sums of tokens (plus one) times their coefficients. */
export const bucketsOf = (build: Builder, sums: string, buckets: number): string =>
  build.add('Mod', [build.add('Mod', [sums, build.ints([PRIME])]), build.ints([buckets])]);

/** Floating-point operations of one pass forwards and backwards over one place by one model. */
export const languageFlops = ({ near, embedding, hidden, outputs, recalled }: LanguageSlice): number =>
  6 * (near * embedding * hidden + (hidden + recalled) * outputs);

export const describeLanguage = ({ width, near, embedding, hidden, outputs, grams }: LanguageSlice): string =>
  `built-in language model: window of ${width} bytes, ${outputs} tokens, ${near} x ${embedding}-${hidden}${grams.length > 0 ? `, ends of ${grams.join(' and ')} looked up` : ''}`;
