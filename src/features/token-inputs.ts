import type { Graph, Value } from '../onnx/graph.ts';
import { quoted } from '../onnx/refuse.ts';
import type { Pool, PoolColumn } from '../table/pool.ts';
import { fittingRows } from './fitting-rows.ts';
import { parseNumber } from './numeric.ts';
import {
  isTokenName,
  listedTokens,
  longestOf,
  MOST_TOKENS,
  needsTokenizer,
  roleOf,
  type Tokenizer,
  type TokenRows,
  tokenInput,
} from './tokens.ts';
import type { TrunkInput } from './trunk.ts';

/** The inputs of a model that take tokens, by name, and how they were fed, in sentences. */
export interface TokenInputs {
  readonly inputs: ReadonlyMap<string, Pick<TrunkInput, 'row' | 'read'>>;
  readonly remarks: readonly string[];
}

type Columns = Pick<Pool, 'columns'>['columns'];
type Mapping = Readonly<Record<string, string>>;

/**
 * Finds the inputs [batch, length] of whole numbers that meet a column of texts, or of lists of token ids, and fills
 * them. Of one column all have one length: what the model fixes, else the tokenizer's truncation length or 512, but no
 * more than the longest row of base has: rows of the change never alter what the model is asked about base's. Throws a UserError for texts without a tokenizer.
 */
export async function readTokens(
  { inputs }: Pick<Graph, 'inputs'>,
  { columns, rows: poolRows }: Pick<Pool, 'columns' | 'rows'>,
  mapping: Mapping,
  tokenizer: Tokenizer | null,
): Promise<TokenInputs> {
  const fit = fittingRows({ rows: poolRows });
  const found = new Map<string, Pick<TrunkInput, 'row' | 'read'>>();
  const remarks: string[] = [];
  const asked = inputs.flatMap((input) => {
    const column = columnOf(input, inputs, columns, mapping);
    return column ? [{ input, column }] : [];
  });
  for (const column of new Set(asked.map((one) => one.column))) {
    const own = asked.filter((one) => one.column === column).map(({ input }) => input);
    const fixed = own.map(({ shape }) => shape[1]).filter((axis) => typeof axis === 'number');
    if (isText(column) && !tokenizer) throw needsTokenizer(quoted(own[0]!.name), quoted(column.name));
    const most = fixed[0] ?? (isText(column) ? tokenizer?.limit : null) ?? MOST_TOKENS;
    const rows = isText(column) ? await encoded(column, tokenizer, most) : listed(column, own);
    if (!rows) continue;
    const length = fixed[0] ?? Math.min(most, longestOf(rows, fit));
    for (const input of own) found.set(input.name, tokenInput(input, rows, typeof input.shape[1] === 'number' ? input.shape[1] : length)); // biome-ignore format: one idea
    remarks.push(remarkOn(column, rows, length));
  }
  return { inputs: found, remarks };
}

async function encoded(column: PoolColumn, tokenizer: Tokenizer | null, most: number): Promise<TokenRows | null> {
  return tokenizer && (await tokenizer.encode(column.values.map((value) => value ?? ''), most)); // biome-ignore format: one idea
}

/** Lists of unequal length, or for an input that is called as those of tokens are; others are fed as they stand. */
function listed(column: PoolColumn, inputs: readonly Value[]): TokenRows | null {
  const rows = listedTokens(column);
  if (!rows) return null;
  const { starts } = rows;
  const isUneven = starts.some((start, row) => row > 1 && start - starts[row - 1]! !== starts[1]);
  return isUneven || inputs.some(({ name }) => isTokenName(name)) ? rows : null;
}

/** The column that an input of whole numbers takes: by mapping, by its name, or the text that all others take. */
function columnOf(input: Value, inputs: readonly Value[], columns: Columns, mapping: Mapping): PoolColumn | null {
  const { name, type, shape } = input;
  if ((type !== 'int64' && type !== 'int32') || shape.length !== 2) return null;
  const named = (wanted: string | undefined) => columns.find((column) => column.name === wanted) ?? null;
  const own = named(mapping[name] ?? name);
  if (own || mapping[name] !== undefined) return own && (isText(own) || isListed(own)) ? own : null;
  if (!isTokenName(name)) return null;
  const ids = inputs.find((other) => other !== input && roleOf(other.name) === 'ids' && isTokenName(other.name));
  const shared = ids && named(mapping[ids.name] ?? ids.name);
  if (shared) return shared;
  const mapped = Object.values(mapping).map(named).find((column) => column && isText(column)); // biome-ignore format: one idea
  const texts = columns.filter(({ kind }) => kind === 'text');
  return mapped ?? (texts.length === 1 ? texts[0]! : null);
}

function isListed({ values }: PoolColumn): boolean {
  return values.find((value) => value !== null)?.startsWith('[') ?? false;
}

/** Words of few kinds are texts, too; numbers are not, unless the configuration says so. */
function isText(column: PoolColumn): boolean {
  const { kind, values } = column;
  if (kind === 'text') return true;
  if ((kind !== 'category' && kind !== 'constant') || isListed(column)) return false;
  return values.some((value) => value !== null && Number.isNaN(parseNumber(value)));
}

function remarkOn(column: PoolColumn, { starts }: TokenRows, length: number): string {
  const rows = starts.length - 1;
  const lengths = Array.from({ length: rows }, (_, row) => starts[row + 1]! - starts[row]!);
  // Texts come cut already: what fills the whole length may have been longer.
  const cut = lengths.filter((own) => (isText(column) ? own >= length : own > length)).length;
  const words = isText(column) ? 'have as many or more' : 'have more';
  return `The model reads the column ${quoted(column.name)} as ${length} token ids a row: ${cut} of ${rows} rows ${words}, and are cut there.`;
}
