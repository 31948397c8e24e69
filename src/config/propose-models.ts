import { isTokenName, roleOf } from '../features/tokens.ts';
import { isPlainText } from '../table/guess-label.ts';
import type { ProposedData } from './propose-data.ts';
import { isRepoPath } from './schema-value.ts';
import { guessed, listed, word } from './yaml-word.ts';

/** An ONNX model that was found, as far as it could be read. */
export interface FoundModel {
  readonly path: string;
  readonly inputs: readonly { readonly name: string; readonly type: string; readonly shape: readonly (number | string)[] }[]; // biome-ignore format: one idea
  /** Values of the answer a row; null where the model does not say. */
  readonly width: number | null;
  /** A tokenizer.json beside it. */
  readonly tokenizer: string | null;
  /** Why no part of it can be retrained; null where one can. */
  readonly problem: string | null;
}

/** An entry of `models` and the data set that it names, or why there is none. */
type Fit = { readonly lines: readonly string[]; readonly data: string } | { readonly why: string };

/** So many are looked at and named. */
export const MOST_MODELS = 10;
const NUMBERS: readonly string[] = ['numeric', 'boolean', 'constant'];
const WHOLE: readonly string[] = ['int64', 'int32'];
/** Rows, and height, width and colours. */
const IMAGE_AXES = 4;

/** Models that fit a data set are declared; the others are told as comments that say why not and what to fill in. */
export function proposeModels(models: readonly FoundModel[], data: readonly ProposedData[]): string[] {
  const usable = models.filter(({ path }) => isPlainText(path, 1000) && isRepoPath(path));
  if (data.length === 0) return [];
  const declared: string[] = [];
  const told: string[] = [];
  const taken = new Set<string>();
  for (const model of usable.slice(0, MOST_MODELS)) {
    const fit = fitOf(model, data);
    if ('why' in fit) told.push(`# ${word(model.path)}: ${fit.why}`);
    else if (taken.has(fit.data))
      told.push(`# ${word(model.path)} reads ${word(fit.data)} as well; of several the first that names it is retrained.`); // biome-ignore format: one idea
    else declared.push(...fit.lines);
    if ('data' in fit) taken.add(fit.data);
  }
  const more = usable.length > MOST_MODELS ? [`# ${usable.length - MOST_MODELS} more ONNX models were not looked at.`] : []; // biome-ignore format: one idea
  const heading = '# The last layers of these models are retrained in the place of a built-in one.';
  return [
    ...(declared.length > 0 ? [heading, 'models:', ...declared] : []),
    ...(told.length > 0 ? ['# Not declared: changes of these files are looked at as weights.', ...told] : []),
    ...more,
  ];
}

function fitOf(model: FoundModel, data: readonly ProposedData[]): Fit {
  if (model.problem !== null) return { why: model.problem };
  const inputs = `it reads ${listed(model.inputs.map(({ name }) => name))}`;
  if (model.inputs.some(({ shape }) => shape.length === IMAGE_AXES)) return imageModel(model, data);
  for (const one of data) {
    const read = one.isImages ? null : readColumns(model, one);
    if (read && one.label === null) return { why: `${inputs}, as ${word(one.name)} has, which has no label yet.` };
    if (read && model.width !== null && !answers(model.width, one.classes!))
      return { why: `${inputs}, as ${word(one.name)} has, but gives ${model.width} values a row for ${one.classes} values of the label.` }; // biome-ignore format: one idea
    if (read)
      return {
        lines: [
          guessed(`  - path: ${word(model.path)}`, answerOf(model)),
          guessed(`    data: ${word(one.name)}`, `guessed: ${read.why}`),
          ...read.lines,
        ],
        data: one.name,
      }; // biome-ignore format: one idea
  }
  return { why: `${inputs}; no data set has such columns. Where one has: {path: ${word(model.path)}, data: NAME, inputs: {INPUT: COLUMN}}.` }; // biome-ignore format: one idea
}

function answerOf({ width }: FoundModel): string {
  return width === 1 ? '' : `its ${width ?? ''} values a row stand for the sorted labels; else list \`classes\` above`.replace('  ', ' '); // biome-ignore format: one idea
}

/** One value a row may stand for two classes. */
function answers(width: number, classes: number): boolean {
  return width === classes || (width === 1 && classes === 2);
}

/** How the pixels were scaled stands in nobody's file: without it the model would answer about other images. */
function imageModel({ path, width }: FoundModel, data: readonly ProposedData[]): Fit {
  const one = data.find(({ isImages, classes }) => isImages && (width === null || classes === width));
  if (!one) return { why: `it reads images; no data set of images has ${width ?? 'its'} classes.` };
  return {
    why: `it reads images as ${word(one.name)} has them. To retrain its last layers, fill in how pixels from 0 to 1 were scaled:\n#   models: [{path: ${word(path)}, data: ${word(one.name)}, preprocess: {mean: [R, G, B], std: [R, G, B]}}]`,
  };
}

/** How the inputs meet the columns; null where they do not. */
function readColumns(
  { inputs, tokenizer }: FoundModel,
  { features, text }: ProposedData,
): { readonly why: string; readonly lines: readonly string[] } | null {
  if (inputs.length > 0 && inputs.every(({ name, type, shape }) => isTokenName(name) && WHOLE.includes(type) && shape.length === 2)) {
    const ids = inputs.find(({ name }) => roleOf(name) === 'ids');
    const [column] = text;
    if (!ids || column === undefined || text.length > 1 || tokenizer === null) return null;
    const lines = [guessed(`    tokenizer: ${word(tokenizer)}`, 'guessed: it lies beside the model'), `    inputs: {${word(ids.name)}: ${word(column)}}`];
    return { why: `it reads tokens, and ${word(column)} is the only text`, lines };
  } // biome-ignore format: one idea
  const pairs = inputs.map((input) => {
    const column = features.find(({ name }) => name === input.name) ?? features.find(({ name }) => plain(name) === plain(input.name)); // biome-ignore format: one idea
    const isFit = column && takes(input, column);
    return isFit ? { input: input.name, column: column.name } : null;
  });
  if (pairs.length > 0 && pairs.every((pair) => pair !== null)) {
    const others = pairs.filter(({ input, column }) => input !== column);
    const mapping = others.map(({ input, column }) => `${word(input)}: ${word(column)}`).join(', ');
    return {
      why: `its inputs are columns of it: ${listed(pairs.map(({ column }) => column))}`,
      lines: others.length > 0 ? [`    inputs: {${mapping}}`] : [],
    };
  }
  const numeric = features.filter(({ kind }) => NUMBERS.includes(kind));
  const [only] = inputs;
  if (inputs.length !== 1 || only!.shape.length !== 2 || only!.shape[1] !== numeric.length) return null;
  if (numeric.length !== features.length || !only!.type.startsWith('float')) return null;
  return { why: `it takes ${numeric.length} values a row, as many as there are numeric columns`, lines: [] };
}

/** A value a row of a kind that the input takes: whole numbers have none that is missing. */
function takes(
  { type, shape }: FoundModel['inputs'][number],
  { kind, missing }: ProposedData['features'][number],
): boolean {
  const isOne = shape.slice(1).every((axis) => axis === 1);
  if (!isOne || !['float32', 'float64', 'int64', 'int32', 'bool', 'string'].includes(type)) return false;
  return type === 'string' || (NUMBERS.includes(kind) && (type.startsWith('float') || missing === 0));
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
