import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../src/errors.ts';
import { openModel } from '../../src/training/open-model.ts';
import { node, tensor, value, writeModel } from '../onnx/written-model.ts';

/** TypeProto of a sequence of maps from whole numbers to floats. */
const MAPS = Uint8Array.of(0x22, 12, 0x0a, 10, 0x2a, 8, 0x08, 7, 0x12, 4, 0x0a, 2, 0x08, 1);
const ZIP = { domain: 'ai.onnx.ml' };

/** Three classes' probabilities in as many maps as asked for, as skl2onnx gives them unless it is told not to. */
const zipped = (outputs: readonly string[]) =>
  writeModel(
    {
      input: [value('x', [1, 4])],
      initializer: [tensor({ name: 'w', dims: [4, 3], dataType: 1, floatData: Array.from({ length: 12 }, (_, at) => at) })],
      node: [
        node('MatMul', ['x', 'w'], ['logits']),
        node('Softmax', ['logits'], ['p']),
        ...outputs.map((name) => node('ZipMap', ['p'], [name], ZIP)),
      ],
      output: outputs.map((name) => ({ name, type: MAPS })),
    },
    { opsetImport: [{ domain: '', version: 17 }, { domain: 'ai.onnx.ml', version: 1 }] },
  ); // biome-ignore format: a model

test('a map of classes is the answer where no output holds floats; the logits lie before it', () => {
  const { answer, output } = openModel(zipped(['maps']), null, null);
  assert.deepEqual([answer, output], ['maps', 'logits']);
});

test('of two maps none is taken', () =>
  assert.throws(
    () => openModel(zipped(['maps', 'others']), null, null),
    (error) => error instanceof UserError && /0 outputs of floats among "maps", "others"/.test(error.message),
  ));
