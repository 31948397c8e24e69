import { UserError } from '../errors.ts';
import type { Graph, TensorData, Value } from '../onnx/graph.ts';
import { quoted, quotedNames, refusedModel } from '../onnx/refuse.ts';
import type { Feed } from '../onnx/runtime.ts';
import type { Pool, PoolColumn } from '../table/pool.ts';
import { type Shape, sizeOf } from '../tensor/shape.ts';
import { parseBoolean } from './boolean.ts';
import { type Images, imageInput } from './images/images.ts';
import { parseNumber } from './numeric.ts';
import type { TokenInputs } from './token-inputs.ts';
import type { TrunkInput } from './trunk.ts';

const READ: readonly string[] = ['float32', 'float64', 'int64', 'int32', 'bool', 'string'];
/** What a slice can be trained on as it stands in a table. */
const NUMBERS: readonly PoolColumn['kind'][] = ['numeric', 'boolean', 'constant'];

/** The images of the rows, and how their pixels become numbers. */
export interface ImageFeed {
  readonly images: Images;
  readonly mean: readonly number[] | null;
  readonly std: readonly number[] | null;
  /** Null: told by which axis is as long as there are colours. */
  readonly layout: 'nchw' | 'nhwc' | null;
}

/**
 * What a model is asked about each row of a table. An input is the column that `mapping` or its own name says: a value a
 * row, a list of numbers in brackets, or an image; a single input of several values is all numeric columns, in their order.
 * Throws a UserError where an input meets no column, or a column does not fit.
 * @param mapping input of the model to column. @param tokens inputs that are filled already (`readTokens`).
 */
export function modelInputs(
  graph: Graph,
  { columns, rows }: Pick<Pool, 'columns' | 'rows'>,
  mapping: Readonly<Record<string, string>>,
  feed: ImageFeed | null = null,
  tokens: TokenInputs['inputs'] = new Map(),
): TrunkInput[] {
  const asked = graph.inputs;
  for (const name of Object.keys(mapping))
    if (!asked.some((input) => input.name === name))
      throw unfit(
        `it has no input ${quoted(name)}; its inputs are ${quotedNames(asked)}`,
        'Correct `inputs` of the model in the configuration.',
      );
  return asked
    .map((input): TrunkInput => {
      const wanted = mapping[input.name] ?? input.name;
      const column = columns.find(({ name }) => name === wanted);
      if (!READ.includes(input.type))
        throw refusedModel(
          `its input ${quoted(input.name)} is of ${input.type}`,
          `Inputs of ${READ.join(', ')} are fed.`,
        );
      const type = input.type as Feed['type'];
      const filled = tokens.get(input.name);
      if (filled) return { name: input.name, type, ...filled };
      if (feed && (column?.kind === 'image' || input.shape.length === IMAGE_AXES))
        return { name: input.name, type, ...imageOf(input, feed) };
      if (column) {
        const row = rowOf(input, () => listLength(column));
        return { name: input.name, type, row, ...readCells(column, type, sizeOf(row)) };
      }
      if (mapping[input.name] !== undefined || asked.length > 1) throw noColumn(input, wanted, columns);
      const numeric = columns.filter(({ kind }) => NUMBERS.includes(kind));
      const row = rowOf(input, () => numeric.length);
      if (sizeOf(row) !== numeric.length || numeric.length === 0)
        throw unfit(
          `its input ${quoted(input.name)} takes ${sizeOf(row)} values a row, and the data has ${numeric.length} numeric columns`,
          'Leave out by `exclude` what the model does not read, or name a column by `inputs`.',
        );
      return { name: input.name, type, row, ...readColumns(numeric, type) };
    })
    .map((input) => ({ ...input, read: (start, count) => input.read(start, Math.min(count, rows.length - start)) }));
}

/** Rows, and height, width and colours in one order or the other. */
const IMAGE_AXES = 4;

/** An image as the input takes it: its sizes say how large, and which axis holds the colours. */
function imageOf(
  { name, type, shape }: Value,
  { images, mean, std, layout }: ImageFeed,
): Pick<TrunkInput, 'row' | 'read'> {
  const row = shape.slice(1);
  const isColours = (axis: number | string | undefined) => axis === 1 || axis === 3;
  const order = layout ?? (isColours(row[0]) ? 'nchw' : 'nhwc');
  const [height, width, channels] = order === 'nchw' ? [row[1], row[2], row[0]] : [row[0], row[1], row[2]];
  if (type !== 'float32' || typeof height !== 'number' || typeof width !== 'number' || !isColours(channels))
    throw refusedModel(
      `its input ${quoted(name)} [${shape.join(', ')}] of ${type} takes no image`,
      'Images go into float32 inputs of fixed height and width with 1 or 3 colours; say `layout` where both orders fit.',
    );
  const how = { layout: order, channels: channels as 1 | 3, mean, std };
  return { row: row as Shape, read: imageInput(images, { width, height }, how) };
}

/** The input's shape behind its first axis, the batch; an open axis is what the data has. */
function rowOf({ name, shape }: Value, open: () => number): Shape {
  const row = shape.slice(1);
  const free = row.filter((axis) => typeof axis === 'string');
  if (free.length > 1)
    throw refusedModel(
      `its input ${quoted(name)} has ${free.length} axes of no fixed size`,
      'Export it with fixed sizes.',
    );
  const known = row.reduce<number>((size, axis) => (typeof axis === 'string' ? size : size * axis), 1);
  return row.map((axis) => (typeof axis === 'string' ? Math.max(1, Math.floor(open() / Math.max(1, known))) : axis));
}

/** Values in a cell of the column: of the first that is not missing. */
function listLength({ values }: PoolColumn): number {
  const first = values.find((value) => value !== null);
  return first?.startsWith('[') ? first.split(',').length : 1;
}

type Reader = Pick<TrunkInput, 'read'>;

function readCells(column: PoolColumn, type: Feed['type'], size: number): Reader {
  if (type === 'string') {
    if (size !== 1) throw unfit(`it takes ${size} texts a row of ${quoted(column.name)}`, 'Export it with one a row.');
    return { read: (start, count) => column.values.slice(start, start + count).map((value) => value ?? '') };
  }
  const parse = numberReader(column);
  return {
    read(start, count) {
      const into = new Float64Array(count * size);
      for (let row = 0; row < count; row++) {
        const text = column.values[start + row] ?? null;
        const cell = text?.startsWith('[') ? listOf(text) : [parse(text)];
        if (cell.length !== size)
          throw unfit(
            `it takes ${size} values a row, and a cell of the column ${quoted(column.name)} holds ${cell.length}`,
            'Give all rows lists of one length, in brackets and with commas.',
          );
        into.set(cell, row * size);
      }
      return typed(into, type, column);
    },
  };
}

function readColumns(columns: readonly PoolColumn[], type: Feed['type']): Reader {
  const parsers = columns.map(numberReader);
  const width = columns.length;
  return {
    read(start, count) {
      const into = new Float64Array(count * width);
      for (let row = 0; row < count; row++)
        for (let at = 0; at < width; at++)
          into[row * width + at] = parsers[at]!(columns[at]!.values[start + row] ?? null);
      return typed(into, type, columns[0]!);
    },
  };
}

function numberReader({ kind }: PoolColumn): (text: string | null) => number {
  if (kind !== 'boolean') return parseNumber;
  return (text) => (text === null ? Number.NaN : parseBoolean(text));
}

function listOf(text: string): number[] {
  const end = text.endsWith(']') ? text.length - 1 : text.length;
  return text
    .slice(1, end)
    .split(',')
    .map((part) => parseNumber(part.trim()));
}

/** The numbers as the model takes them. A missing one is NaN, which whole numbers do not have. */
function typed(numbers: Float64Array, type: Feed['type'], { name }: PoolColumn): TensorData {
  if (type === 'float64') return numbers;
  if (type === 'float32') return Float32Array.from(numbers);
  if (!numbers.every(Number.isSafeInteger))
    throw unfit(
      `it takes whole numbers, and the column ${quoted(name)} holds a missing value or a fraction`,
      'Fill what is missing, or name another column by `inputs`.',
    );
  if (type === 'int64') return BigInt64Array.from(numbers, BigInt);
  return type === 'int32' ? Int32Array.from(numbers) : Uint8Array.from(numbers, (value) => Number(value !== 0));
}

function noColumn(input: Value, wanted: string, columns: readonly PoolColumn[]): UserError {
  return unfit(
    `there is no column ${quoted(wanted)} for its input ${quoted(input.name)}; the columns are ${quotedNames(columns)}`,
    'Name the column of each input by `inputs` of the model in the configuration.',
  );
}

function unfit(reason: string, hint: string): UserError {
  return new UserError('model-inputs', `The model does not fit the data: ${reason}.`, { hint });
}
