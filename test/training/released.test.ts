import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runTrunk } from '../../src/features/trunk.ts';
import { makeBuilder } from '../../src/onnx/builder.ts';
import { float32 } from '../../src/onnx/graph.ts';
import { randomSequence } from '../../src/tensor/random.ts';
import { candidatesOf, makeModelSlice } from '../../src/training/cut-model.ts';
import { releasedScores, releasedSliceScores } from '../../src/training/released.ts';
import { poolRow, runtime } from './small-set.ts';

const [ROWS, COLUMNS, HIDDEN] = [90, 5, 7];

/** An MLP with `outputs` answers, and its inputs. */
function perceptron(outputs: number) {
  const random = randomSequence(8);
  const build = makeBuilder('');
  const drawn = (name: string, ...shape: number[]) =>
    build.constant(float32(name, shape, Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal()))); // biome-ignore format: one idea
  const hidden = build.add('Relu', [build.add('Gemm', ['x', drawn('w', COLUMNS, HIDDEN), drawn('b', HIDDEN)])]);
  const output = build.add('Gemm', [hidden, drawn('v', HIDDEN, outputs), drawn('c', outputs)]);
  const value = (name: string, width: number) => ({ name, type: 'float32' as const, shape: ['batch', width] });
  const graph = build.graph('mlp', [value('x', COLUMNS)], [value(output, outputs)]);
  const model = { graph, rows: { x: [COLUMNS] }, output, hash: 'h' };
  const values = Float32Array.from({ length: ROWS * COLUMNS }, () => random.normal());
  const read = (start: number, count: number) => values.subarray(start * COLUMNS, (start + count) * COLUMNS);
  const inputs = [{ name: 'x', type: 'float32' as const, row: [COLUMNS], read }];
  return { own: { model, inputs, candidates: candidatesOf(model), remarks: [] }, inputs };
}

const cases = [
  { name: 'three classes', task: 'classification', outputs: 3, answers: 3 },
  { name: 'two classes by one logit', task: 'classification', outputs: 2, answers: 1 },
  { name: 'a quantity', task: 'regression', outputs: 1, answers: 1 },
] as const;

for (const { name, task, outputs, answers } of cases)
  test(`${name}: what lies behind the cut says of the trunk's values what the whole model says of the rows`, async () => {
    const { own, inputs } = perceptron(answers);
    const rows = Array.from({ length: ROWS }, (_, row) => poolRow(`row ${row}`, { label: row % 9 === 0 ? null : row % outputs })); // biome-ignore format: one idea
    const at = { rows, task, outputs, runtime };
    const whole = await releasedScores(own, at, () => {});
    const slice = makeModelSlice(own.model, own.candidates[0]!, at);
    assert.equal(slice.width, HIDDEN);
    const features = await runTrunk({ graph: slice.trunk, inputs, rows: ROWS, width: HIDDEN, runtime });
    const part = await releasedSliceScores(slice, features, at, () => {});
    assert.deepEqual(part.predicted, whole.predicted);
    for (const key of ['phi', 'confidence'] as const)
      part[key].forEach((value, row) => {
        const expected = whole[key][row]!;
        const isNear = Number.isNaN(expected) ? Number.isNaN(value) : Math.abs(value - expected) < 1e-4;
        assert.ok(isNear, `${key} of row ${row}: ${value}, expected ${expected}`);
      });
    assert.ok(new Set(whole.phi).size > ROWS / 2, 'the rows differ');
  });
