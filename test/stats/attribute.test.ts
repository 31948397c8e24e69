import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AttributeAnswers, attributeLikelihoods } from '../../src/stats/attribute.ts';
import { attributeFigures, attributeRise } from '../../src/stats/attribute-figures.ts';
import { hash32, normalAt, uniformAt } from '../../src/tensor/random.ts';

interface Drawn {
  readonly models?: number;
  readonly rows?: number;
  readonly values?: number;
  /** Nats by which the answer rises to the value that the row was trained on with. */
  readonly memory: number;
  /** Share of the rows whose value is the likeliest without the model. */
  readonly known?: number;
  readonly noise?: number;
}

/** Answers of made-up models: what fits a row, what a model thinks of the row, and what it remembers. */
function drawn({ models = 64, rows = 50, values = 3, memory, known = 0.7, noise = 0.5 }: Drawn): AttributeAnswers {
  const truth = Array.from({ length: rows }, (_, row) => hash32(1, row) % values);
  const states = Int8Array.from({ length: models * rows }, (_, cell) => {
    const at = uniformAt(2, cell);
    return at < 1 / 3 ? -1 : Math.min(values - 1, Math.floor((at - 1 / 3) * 1.5 * values));
  });
  const phi = Float32Array.from({ length: models * rows * values }, (_, cell) => {
    const value = cell % values;
    const one = Math.floor(cell / values);
    const fits = normalAt(3, one % rows, value);
    const own = normalAt(4, one) + noise * normalAt(5, one, value);
    return fits + own + (states[one]! >= 0 ? memory / 2 : 0) + (states[one] === value ? memory : 0);
  });
  const prior = Float64Array.from({ length: rows * values }, (_, cell) => {
    const row = Math.floor(cell / values);
    const guess = uniformAt(6, row) < known ? truth[row]! : (truth[row]! + 1) % values;
    return Math.log(cell % values === guess ? 0.7 : 0.3 / (values - 1));
  });
  return { models, rows, values, phi, states, truth, prior };
}

test('models that do not memorise leak nothing, however well the value is predicted', () => {
  const { lines } = attributeFigures(drawn({ memory: 0 })).informed;
  const { imputed, out, inside, leaked } = lines.share!;
  assert.ok(imputed!.value > 0.6, `${imputed!.value}`);
  assert.ok(Math.abs(inside.value - imputed!.value) < 0.05 && Math.abs(out.value - imputed!.value) < 0.05);
  assert.ok(Math.abs(leaked.value) < 1.96 * leaked.error, `${leaked.value} of ${leaked.error}`);
});

test('models that memorise give a value away where they trained on the row, not where they did not', () => {
  const answers = drawn({ memory: 3 });
  const { lines } = attributeFigures(answers).informed;
  const { imputed, out, inside, leaked } = lines.share!;
  assert.ok(inside.value > 0.95, `${inside.value}`);
  assert.ok(Math.abs(out.value - imputed!.value) < 0.08, `${out.value} for ${imputed!.value}`);
  assert.ok(leaked.value - 1.96 * leaked.error > 0.1 && leaked.error > 0);
  assert.equal(leaked.value, inside.value - out.value);
  const { tpr } = lines;
  assert.ok(tpr!.inside.value > 0.9 && tpr!.out.value < 0.5, `${tpr!.inside.value}, ${tpr!.out.value}`);
  assert.equal(tpr!.imputed, null);
  assert.ok(tpr!.inside.falsePositives! <= 0.01 * 2 * tpr!.inside.n + 1);
  const alone = attributeFigures(answers).alone.lines.share!;
  assert.equal(alone.imputed, null);
  assert.ok(alone.inside.value > 0.95 && alone.out.value < 0.5);
});

test('a rise is that of paired models, with its error', () => {
  const [before, after] = [0, 3].map((memory) => attributeFigures(drawn({ memory })).informed);
  const rise = attributeRise(before!, after!, 'share')!;
  assert.equal(rise.value, after!.lines.share!.leaked.value - before!.lines.share!.leaked.value);
  assert.ok(rise.value - 1.96 * rise.error > 0);
  const none = attributeRise(after!, after!, 'share')!;
  assert.deepEqual([none.value, none.error], [0, 0]);
});

test('balanced shares weigh values alike', () => {
  const answers = drawn({ memory: 0, values: 2, rows: 40 });
  // Imputation says the first value of every row; a tenth have another.
  const truth = Array.from({ length: 40 }, (_, row) => Number(row % 10 === 9));
  const prior = Float64Array.from({ length: 80 }, (_, cell) => Math.log(cell % 2 === 0 ? 0.999 : 0.001));
  const { lines } = attributeFigures({ ...answers, truth, prior }).informed;
  assert.ok(Math.abs(lines.share!.imputed!.value - 0.9) < 1e-12);
  assert.ok(Math.abs(lines.balanced!.imputed!.value - 0.5) < 1e-12);
});

test('a model is never judged by itself', () => {
  const answers = drawn({ memory: 0, models: 8, rows: 30, values: 2, noise: 1 });
  const shares = attributeFigures(answers).alone.lines.share!;
  assert.ok(shares.inside.value < 0.75, `${shares.inside.value}: models of a state recognise themselves`);
});

test('few models, equal answers: finite, and no better than chance', () => {
  const few = drawn({ memory: 1, models: 8, rows: 6, values: 8 });
  assert.ok(attributeLikelihoods(few).every(Number.isFinite));
  const flat = { ...drawn({ memory: 0 }), phi: new Float32Array(64 * 50 * 3), prior: new Float64Array(150) };
  assert.ok(attributeLikelihoods(flat).every(Number.isFinite));
  const { lines } = attributeFigures(flat).informed;
  assert.ok(Math.abs(lines.share!.imputed!.value - 1 / 3) < 1e-12, 'ties are shared');
  assert.equal(attributeFigures(few).informed.lines.tpr, undefined, 'too few for a rate');
});
