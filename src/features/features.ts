import type { Pool, PoolColumn } from '../table/pool.ts';
import { sharedFloats } from '../tensor/shared.ts';
import { fitBoolean } from './boolean.ts';
import { fitCategory, fitConstant } from './category.ts';
import { fitDate } from './date.ts';
import { type Encoder, unread } from './encoder.ts';
import { fittingRows } from './fitting-rows.ts';
import { fitImage } from './image.ts';
import { fitList } from './list.ts';
import { fitNumeric } from './numeric.ts';
import { fitText, TEXT_SQUARED_NORM, TEXT_WIDTH } from './text.ts';

/** One matrix of a pool: what slices are trained on and distances are measured in. */
export interface Features {
  /** [N,D] row-major, all finite. */
  readonly values: Float32Array;
  readonly width: number;
  /** One short sentence per column of the pool: how it was read. Holds no value of a row. */
  readonly description: readonly string[];
  /** What each column of the pool became, in its order. */
  readonly blocks: readonly Block[];
}

/** The features that one column of the pool became: `width` of them, 0 for a column that is none. */
export interface Block {
  readonly column: string;
  readonly offset: number;
  readonly width: number;
}

/** Continuous features of one row sum to at most this squared length on average; 0/1 features are never rescaled. */
const CONTINUOUS_SQUARED_NORM = 64;
const NARROWEST_TEXT = 128;
const NARROWEST_CATEGORY = 8;
const NARROWEST_LIST = 16;

/**
 * Encodes every row of a pool. Fitted on the training rows of base (of head where base is empty), applied to all: rows
 * of the change never alter how base is read. Numbers have about unit variance, categories and booleans are 0/1, texts
 * share a squared length of 16, lists share the room that the others leave. Columns that do not fit into `maxWidth`
 * features are narrowed, then left out, and say so.
 */
export function encodeFeatures(pool: Pool, { maxWidth }: { readonly maxWidth: number }): Features {
  const fit = fittingRows(pool);
  const encoders = fitWithin(pool.columns, fit, maxWidth);
  const width = encoders.reduce((sum, encoder) => sum + encoder.width, 0);
  const values = sharedFloats(pool.rows.length * width);
  const continuous: number[] = [];
  const blocks: Block[] = [];
  let offset = 0;
  for (const [index, encoder] of encoders.entries()) {
    encoder.write(values, width, offset);
    for (let i = 0; i < encoder.continuous; i++) continuous.push(offset + i);
    blocks.push({ column: pool.columns[index]!.name, offset, width: encoder.width });
    offset += encoder.width;
  }
  calm(values, width, continuous, fit);
  return { values, width, description: encoders.map((encoder) => encoder.sentence), blocks };
}

function fitWithin(columns: readonly PoolColumn[], fit: Int32Array, maxWidth: number): Encoder[] {
  const texts = columns.filter((column) => column.kind === 'text').length;
  const squaredNorm = TEXT_SQUARED_NORM / Math.max(texts, 1);
  let textWidth = TEXT_WIDTH;
  let cap = 50;
  let room: number | null = null;
  const encode = (column: PoolColumn) => fitColumn(column, fit, { textWidth, squaredNorm, cap, room });
  const encoders = columns.map(encode);
  const total = () => encoders.reduce((sum, encoder) => sum + encoder.width, 0);
  const narrow = (kind: PoolColumn['kind']) =>
    columns.forEach((column, i) => {
      if (column.kind === kind) encoders[i] = encode(column);
    });
  for (; total() > maxWidth && texts > 0 && textWidth > NARROWEST_TEXT; narrow('text')) textWidth /= 2;
  if (total() > maxWidth) {
    cap = NARROWEST_CATEGORY;
    narrow('category');
  }
  const lists = columns.filter((column) => column.kind === 'list').length;
  room = Math.max(NARROWEST_LIST, Math.floor((maxWidth - total()) / Math.max(1, lists)));
  narrow('list');
  let used = 0;
  return encoders.map((encoder, i) => {
    if (used + encoder.width > maxWidth)
      return unread(columns[i]!, `left out, the limit of ${maxWidth} features is reached`);
    used += encoder.width;
    return encoder;
  });
}

function fitColumn(
  column: PoolColumn,
  fit: Int32Array,
  { textWidth, squaredNorm, cap, room }: { textWidth: number; squaredNorm: number; cap: number; room: number | null },
): Encoder {
  switch (column.kind) {
    case 'numeric':
      return fitNumeric(column, fit);
    case 'list':
      return room === null ? unread(column, 'a list') : fitList(column, fit, room);
    case 'category':
      return fitCategory(column, fit, cap);
    case 'boolean':
      return fitBoolean(column, fit);
    case 'date':
      return fitDate(column, fit);
    case 'text':
      return fitText(column, fit, { width: textWidth, squaredNorm });
    case 'image':
      return column.small ? fitImage(column, fit, column.small) : unread(column, 'images that were not read');
    case 'constant':
      return fitConstant(column, fit);
    default:
      return unread(column, column.kind === 'excluded' ? 'excluded' : `the ${column.kind}, not a feature`);
  }
}

/** Shrinks many continuous features together, so that one learning rate serves 4 columns and 4,000. */
function calm(values: Float32Array, width: number, columns: readonly number[], fit: Int32Array): void {
  let squares = 0;
  for (const row of fit) for (const column of columns) squares += values[row * width + column]! ** 2;
  const mean = squares / Math.max(fit.length, 1);
  if (mean <= CONTINUOUS_SQUARED_NORM) return;
  const factor = Math.sqrt(CONTINUOUS_SQUARED_NORM / mean);
  for (let start = 0; start < values.length; start += width)
    for (const column of columns) values[start + column]! *= factor;
}
