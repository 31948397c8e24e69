import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { filesBeside } from '../adapters/files-beside.ts';
import { oneLine, UserError } from '../errors.ts';
import { type Shape, sizeOf } from '../tensor/shape.ts';
import { type CutModel, candidatesOf, untoldCuts } from '../training/cut-model.ts';
import { openModel } from '../training/open-model.ts';
import { ENSEMBLES, REFERENCE_RATE } from '../training/plan.ts';
import { epochsFor } from '../training/recipe.ts';
import { whyUncut } from '../training/why-uncut.ts';

/** What the predicted time is for: a middling data set, with the default number of shadow models. */
const ROWS = 5000;
const SHADOWS = 64;
const BATCH = 128;

const UNTOLD =
  'Where this model can be cut shows only when it runs: its own operators do not tell the shapes of what they give. `taster review` finds them on your rows.\n';

/** The places where a model can be cut, with what it would cost to train what is behind. Throws a UserError. */
export async function explainSlice(path: string): Promise<string> {
  if (path === '')
    throw new UserError('usage', 'Which model? `taster explain slice` takes the path of an ONNX file.', {
      hint: 'For example `taster explain slice models/classifier.onnx`.',
    });
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new UserError('model-missing', `${oneLine(path, 200)} cannot be read (${error.code}).`, {
      hint: 'Give the path of an ONNX file.',
    });
  });
  const opened = openModel(bytes, filesBeside(dirname(path)), null);
  const model = { ...opened, rows: rowsOf(opened.graph) };
  const candidates = candidatesOf(model);
  if (candidates.length === 0 && untoldCuts(model)) return UNTOLD;
  if (candidates.length === 0) throw whyUncut(model);
  const rows = candidates.map(({ graph, layers, after, share, flops }) => {
    const width = sizeOf(graph.inputs[0]!.shape.slice(1) as Shape);
    const operations = flops / (graph.inputs[0]!.shape[0] as number);
    const seconds = (ENSEMBLES * operations * SHADOWS * epochsFor(ROWS, BATCH) * ROWS) / 2 / REFERENCE_RATE;
    return [
      `last ${layers}`,
      oneLine(after, 60),
      `${(100 * share).toFixed(1)}%`,
      String(width),
      operations >= 1e6 ? `${(operations / 1e6).toFixed(1)} M` : `${(operations / 1e3).toFixed(1)} k`,
      seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`,
    ];
  });
  const head = ['layers', 'behind', 'of the parameters', 'values a row', 'operations a row', 'a whole review'];
  const widths = head.map((name, at) => Math.max(name.length, ...rows.map((row) => row[at]!.length)));
  const lines = [head, ...rows].map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at]!))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n\nA whole review: ${ENSEMBLES} ensembles of ${SHADOWS} shadow models on ${ROWS} rows, predicted for two cores; most end after a third of it.\nIn .github/taster.yml: slice: auto (the deepest that fits the budget), {last: N}, or {from: what it is behind}.\n`;
}

/** Shapes of a row by what the model declares. */
function rowsOf({ inputs }: CutModel['graph']): Record<string, Shape> {
  return Object.fromEntries(
    inputs.map(({ name, shape }) => [name, shape.slice(1).map((axis) => (typeof axis === 'number' ? axis : 1))]),
  );
}
