import { oneLine } from '../../errors.ts';
import { type Shape, sizeOf } from '../../tensor/shape.ts';
import { MOST_COLUMNS, nameColumns, numberedColumns } from '../header.ts';
import { badArrays } from './bad-arrays.ts';
import { type Dtype, elementReader, type ReadElement } from './dtype.ts';
import { readNpyHeader } from './npy-header.ts';

/** One array as it stands in a file: a whole `.npy`, under its name in an `.npz`. */
export interface StoredArray {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Arrays side by side: N rows whose cells are plain values and lists in brackets. */
export interface ArrayTable {
  readonly names: readonly string[];
  readonly rows: number;
  readonly remarks: readonly string[];
  /** Tab-separated lines of the rows from `start` to `end`, exclusive. */
  lines(start: number, end: number): string;
}

/** Values of all arrays in one row: an image of 512 x 512 pixels and two colours more than fits. */
const MOST_VALUES = 2 ** 19;
const SHOWN = 8;

interface Column {
  readonly name: string;
  cell(row: number): string;
}

interface Parsed {
  readonly name: string;
  readonly where: string;
  readonly dtype: Dtype;
  readonly shape: Shape;
  readonly fortran: boolean;
  readonly read: ReadElement;
  readonly data: number;
}

/**
 * The table of an `.npz`: each array whose first axis is N is a column, of values where a row of it has one, of lists
 * (row-major) where it has more. Arrays without axes describe and are no rows: they are left out, and named. Throws a
 * UserError where the others disagree about N.
 */
export function tableOfArchive(arrays: readonly StoredArray[], path: string): ArrayTable {
  const parsed = arrays.map(({ name, bytes }) => parse(name, bytes, `${path}, array "${oneLine(name, 60)}"`));
  const columns = parsed.filter(({ shape }) => shape.length > 0);
  const scalars = parsed.filter(({ shape }) => shape.length === 0);
  const rows = columns[0]?.shape[0];
  if (rows === undefined) throw badArrays(path, 'there is no array of rows in it', 'Save one array for each column.');
  if (columns.some(({ shape }) => shape[0] !== rows))
    throw badArrays(
      path,
      `its arrays have not all the same number of rows: ${columns.slice(0, SHOWN).map(wordsFor).join(', ')}${columns.length > SHOWN ? ' ...' : ''}`,
      'Keep arrays of one length in one file: one file for each split, and class names or the like in another.',
    );
  const remarks = scalars.slice(0, 1).map(() => `${path}: ${scalars.slice(0, SHOWN).map(wordsFor).join(', ')} ${scalars.length > 1 ? 'have no axes and are' : 'has no axes and is'} left out.`); // biome-ignore format: one sentence
  const names = nameColumns(columns.map(({ name }) => name));
  return tableOf(columns.map((array, at) => listColumn(array, names[at]!)), rows, columns, remarks, path); // biome-ignore format: one idea
}

/** The table of an `.npy`: a vector is a column `value`, a matrix is its columns, all else is one column of lists. */
export function tableOfArray(bytes: Uint8Array, path: string): ArrayTable {
  const array = parse('', bytes, path);
  const [rows, width = 0] = array.shape;
  if (rows === undefined)
    throw badArrays(path, 'it is a single value and has no rows', 'Save an array with one row each.');
  const isMatrix = array.shape.length === 2 && width <= MOST_COLUMNS;
  const columns = isMatrix
    ? numberedColumns(width).map((name, at) => ({ name, cell: valueReader(array, at) }))
    : [listColumn(array, array.shape.length === 1 ? 'value' : 'values')];
  return tableOf(columns, rows, [array], [], path);
}

function tableOf(
  columns: readonly Column[],
  rows: number,
  arrays: readonly Parsed[],
  remarks: readonly string[],
  path: string,
): ArrayTable {
  const width = arrays.reduce((sum, { shape }) => sum + sizeOf(shape.slice(1)), 0);
  const empty = arrays.find(({ shape }) => sizeOf(shape.slice(1)) === 0);
  if (empty) throw badArrays(empty.where, `it holds no value in a row: its shape is ${shapeText(empty.shape)}`);
  if (rows > 0 && width > MOST_VALUES)
    throw badArrays(path, `a row holds ${width} values; at most ${MOST_VALUES} are read`, 'Store smaller examples.');
  return {
    names: columns.map(({ name }) => name),
    ...{ rows, remarks },
    lines(start, end) {
      let text = '';
      for (let row = start; row < end; row++) text += `${columns.map(({ cell }) => cell(row)).join('\t')}\n`;
      return text;
    },
  };
}

function parse(name: string, bytes: Uint8Array, where: string): Parsed {
  const header = readNpyHeader(bytes, where);
  return { ...header, name, where, read: elementReader(header.dtype, bytes, where) };
}

const shapeText = (shape: Shape) => `[${shape.join(', ')}]`;
const wordsFor = ({ name, shape }: Parsed) => `"${oneLine(name, 40)}" ${shapeText(shape)}`;

/** Places of a row's elements, row-major, relative to the row's own first, and from one row to the next; in elements. */
function placesOf({ shape, fortran }: Parsed): { readonly inner: Float64Array; readonly step: number } {
  const [rows = 0, ...axes] = shape;
  const size = sizeOf(axes);
  if (rows === 0 || size > MOST_VALUES) return { inner: new Float64Array(0), step: 0 };
  if (!fortran) return { inner: Float64Array.from({ length: size }, (_, at) => at), step: size };
  const inner = Float64Array.from({ length: size }, (_, at) => {
    let [rest, place, stride] = [at, 0, size * rows];
    for (const axis of axes.toReversed()) {
      stride /= axis;
      place += (rest % axis) * stride;
      rest = Math.floor(rest / axis);
    }
    return place;
  });
  return { inner, step: 1 };
}

/** One value of each row as a cell. */
function valueReader(array: Parsed, at: number): Column['cell'] {
  const { data, dtype, read } = array;
  const { inner, step } = placesOf(array);
  const isText = dtype.kind === 'U' || dtype.kind === 'S';
  return (row) => {
    const text = read(data + (row * step + inner[at]!) * dtype.size);
    return isText ? quoted(text!) : (text ?? MISSING);
  };
}

/** A row's only value, or the list of its values. */
function listColumn(array: Parsed, name: string): Column {
  if (sizeOf(array.shape.slice(1)) === 1) return { name, cell: valueReader(array, 0) };
  const { data, dtype, read } = array;
  const { inner, step } = placesOf(array);
  const element = elementOf(dtype, read);
  return {
    name,
    cell(row) {
      const start = data + row * step * dtype.size;
      let text = '';
      for (let at = 0; at < inner.length; at++)
        text += `${at > 0 ? ',' : ''}${element(start + inner[at]! * dtype.size)}`;
      return quoted(`[${text}]`);
    },
  };
}

/** An element as a list holds it: truth values are numbers there, a missing one has a word. */
function elementOf({ kind }: Dtype, read: ReadElement): (offset: number) => string {
  if (kind === 'b') return (at) => (read(at) === 'true' ? '1' : '0');
  if (kind === 'U' || kind === 'S') return (at) => JSON.stringify(read(at));
  return (at) => read(at) ?? 'NaN';
}

/** A line of nothing at all would be no row. */
const MISSING = '""';

/** Zeros inside a text end it for some readers. */
function quoted(text: string): string {
  return `"${text.replaceAll('"', '""').replaceAll('\0', '\ufffd')}"`;
}
