import assert from 'node:assert/strict';
import { test } from 'node:test';
import { learnByteTokens } from '../../src/features/byte-tokens.ts';
import { randomSequence } from '../../src/tensor/random.ts';
import { type TrainingSet, trainGroup } from '../../src/training/group.ts';
import { scoreTexts, trainLanguage } from '../../src/training/language.ts';
import type { LanguageSlice } from '../../src/training/language-slice.ts';
import type { Recipe } from '../../src/training/recipe.ts';
import { drawnWeights, logProbabilities, tiny } from './plain-language.ts';
import { runtime } from './small-set.ts';

const RECIPE: Recipe = { optimizer: 'adamw', rate: 0.01, decay: 0, batch: 64, epochs: 12 };

test('one step moves every parameter along the gradient of plain loops', async () => {
  const [M, N, rate] = [2, 6, 0.5];
  const random = randomSequence(3);
  const set: TrainingSet = {
    features: Float32Array.from({ length: N * tiny.width }, () => random.below(tiny.outputs)),
    width: tiny.width,
    labels: Float64Array.from({ length: N }, () => random.below(tiny.outputs)),
    rowKeys: Uint32Array.from({ length: N }, (_, row) => row),
  };
  const start = drawnWeights(tiny, M);
  const recipe: Recipe = { optimizer: 'sgd', rate, decay: 0, batch: N, epochs: 1 };
  const inside = new Uint8Array(M * N).fill(1);
  const ends = await trainGroup({ set, slice: tiny, recipe, runtime, modelKeys: [1, 2], inside, start }, () => {});
  for (const [name, all] of Object.entries(start)) {
    const size = all.length / M;
    for (let draw = 0; draw < 12; draw++) {
      const [model, at] = [random.below(M), random.below(size)];
      const own = Object.fromEntries(
        Object.entries(start).map(([key, values]) => {
          const length = values.length / M;
          return [key, Float64Array.from(values.subarray(model * length, (model + 1) * length))];
        }),
      );
      const lossAt = (shift: number) => {
        const shifted = { ...own, [name]: own[name]!.map((value, index) => (index === at ? value + shift : value)) };
        let loss = 0;
        for (let row = 0; row < N; row++) {
          const window = set.features.subarray(row * tiny.width, (row + 1) * tiny.width);
          loss -= logProbabilities(tiny, shifted, window)[set.labels[row]!]! / N;
        }
        return loss;
      };
      const gradient = (lossAt(1e-5) - lossAt(-1e-5)) / 2e-5;
      const moved = (all[model * size + at]! - ends[name]![model * size + at]!) / rate;
      assert.ok(Math.abs(moved - gradient) < 1e-4, `${name}[${model},${at}]: ${moved} and ${gradient}`);
    }
  }
});

const LINES = [
  ...Array.from({ length: 29 }, (_, line) => `the cat number ${line % 7} sat on the mat`),
  'a zebra of 58 stripes',
];
const order = (inside: Uint8Array, models: number, epochs = RECIPE.epochs) => {
  const tokens = learnByteTokens(LINES, { most: 40, needed: '0123456789' });
  const slice: LanguageSlice = {
    ...{ kind: 'language', task: 'classification', width: 8, near: 6, embedding: 8, hidden: 24 },
    ...{ grams: [8], buckets: 512, recalled: 8, outputs: tokens.count },
  };
  const keys = Uint32Array.from(LINES, (_, line) => line);
  return { texts: LINES, inside, models, keys, seed: 5, slice, tokens, recipe: { ...RECIPE, epochs }, runtime };
};

test('a text that repeats itself is learned; a line that stands once is known to the models that saw it', async () => {
  const models = 4;
  // The last line is taught to every other model.
  const inside = Uint8Array.from({ length: models * LINES.length }, (_, cell) =>
    cell % LINES.length === LINES.length - 1 ? Math.floor(cell / LINES.length) % 2 : 1,
  );
  const few = await trainLanguage(order(inside, models, 1));
  const many = await trainLanguage(order(inside, models));
  const perToken = ({ logLikelihood, lengths }: typeof many) => -logLikelihood[0]! / lengths[0]!;
  assert.ok(perToken(many) < 0.5 * perToken(few), `${perToken(few)} -> ${perToken(many)}`);
  assert.ok(perToken(many) < 0.5, `${perToken(many)} nats a token`);
  const last = [0, 1, 2, 3].map((model) => many.logLikelihood[model * LINES.length + LINES.length - 1]!);
  assert.ok(Math.min(last[1]!, last[3]!) > Math.max(last[0]!, last[2]!) + 5, `${last}`);
  assert.equal(many.lengths[0], LINES[0]!.length + 1, 'the end of a text is a token');
});

test('texts are scored as they were when they were taught; equal orders give equal models', async () => {
  const all = new Uint8Array(8 * LINES.length).fill(1);
  const [one, again] = [await trainLanguage(order(all, 8, 3)), await trainLanguage(order(all, 8, 3))];
  assert.deepEqual(again.weights, one.weights);
  const { logLikelihood, lengths } = await scoreTexts(one, LINES, runtime);
  assert.deepEqual(lengths, one.lengths);
  logLikelihood.forEach((value, cell) => {
    assert.ok(Math.abs(value - one.logLikelihood[cell]!) < 1e-3, `${value} and ${one.logLikelihood[cell]}`);
  });
  assert.notEqual(one.logLikelihood[0], one.logLikelihood[LINES.length], 'models differ');
});

test('no text, an empty one and unknown bytes are scored, too', async () => {
  const models = await trainLanguage(order(new Uint8Array(4 * LINES.length).fill(1), 4, 1));
  const { logLikelihood, lengths } = await scoreTexts(models, ['', '\u0000\u{1f408}', 'x'.repeat(3000)], runtime);
  assert.deepEqual(Array.from(lengths), [1, 6, 3001]);
  assert.ok(logLikelihood.every((value) => value < 0 && Number.isFinite(value)));
  assert.equal((await scoreTexts(models, [], runtime)).logLikelihood.length, 0);
});
