import { readFile, stat } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { filesBeside } from '../adapters/files-beside.ts';
import { type FoundModel, MOST_MODELS } from '../config/propose-models.ts';
import { oneLine } from '../errors.ts';
import type { TreeEntry } from '../source/repository.ts';
import type { Shape } from '../tensor/shape.ts';
import { candidatesOf, untoldCuts } from '../training/cut-model.ts';
import { openModel } from '../training/open-model.ts';
import { whyUncut } from '../training/why-uncut.ts';
import { problemOf } from './problem-of.ts';

const LARGEST = 2 ** 30;

/** Reads the ONNX models of a work tree, without running them. */
export async function lookAtModels(root: string, entries: readonly TreeEntry[]): Promise<FoundModel[]> {
  const files = entries.filter(({ kind }) => kind === 'file').map(({ path }) => path);
  const models = files.filter((path) => /\.onnx$/i.test(path));
  const found: FoundModel[] = [];
  // One after the other: each is read into memory as a whole.
  for (const [at, path] of models.entries())
    found.push(
      at < MOST_MODELS ? await lookAt(root, path, tokenizerBeside(path, files)) : unread(path, 'one of many.'),
    );
  return found;
}

async function lookAt(root: string, path: string, tokenizer: string | null): Promise<FoundModel> {
  try {
    const at = join(root, path);
    if ((await stat(at)).size > LARGEST) return unread(path, `it has more than ${LARGEST} bytes.`);
    const opened = openModel(await readFile(at), filesBeside(dirname(at)), null);
    const { inputs, outputs } = opened.graph;
    const answer = outputs.find(({ name }) => name === opened.answer);
    const model = { ...opened, rows: Object.fromEntries(inputs.map(({ name, shape }) => [name, rowOf(shape)])) };
    const isCut = candidatesOf(model).length > 0 || untoldCuts(model) !== null;
    return {
      ...{ path, inputs, tokenizer },
      width: answer ? widthOf(answer.shape) : null,
      problem: isCut ? null : oneLine(whyUncut(model).message, 300),
    };
  } catch (error) {
    return unread(path, oneLine(problemOf(error), 300));
  }
}

function unread(path: string, problem: string): FoundModel {
  return { path, inputs: [], width: null, tokenizer: null, problem };
}

/** Values of a row, [N,C] or [N,C,1,1]; null where the shape does not say. */
function widthOf(shape: readonly (number | string)[]): number | null {
  const row = shape.slice(1);
  const isKnown = shape.length > 0 && row.every((axis) => typeof axis === 'number');
  return isKnown ? row.reduce((product, axis) => product * axis, 1) : null;
}

/** What a row is where the model leaves it open shows only on data. */
function rowOf(shape: readonly (number | string)[]): Shape {
  return shape.slice(1).map((axis) => (typeof axis === 'number' ? axis : 1));
}

function tokenizerBeside(model: string, files: readonly string[]): string | null {
  const path = posix.join(posix.dirname(model), 'tokenizer.json');
  return files.includes(path) ? path : null;
}
