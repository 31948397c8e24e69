import type { z } from 'zod';
import { oneLine, UserError } from '../errors.ts';
import { FIGURE_BYTES } from './cap-figures.ts';

const DEPTH_LIMIT = 20;

/** A kind of file that reports are kept in. */
export interface ReportFormat<T> {
  /** `review`: the file is `review.json`, its schema `taster/review@1`. */
  readonly name: string;
  readonly article: 'a' | 'an';
  readonly schema: z.ZodType<T>;
  /** Figures of all that the report holds. */
  readonly figuresOf: (report: T) => readonly object[];
  /** What to do about a file of another version. */
  readonly otherVersion: string;
}

/**
 * Reads a report that anyone may have written. Unknown fields are dropped, unknown enum values read `unknown`. Throws
 * UserError `NAME-size`, `NAME-json`, `NAME-version`, `NAME-schema` or `NAME-figures`; never with content of the file.
 */
export function parseReport<T>(text: string, format: ReportFormat<T>, { maxBytes }: { readonly maxBytes: number }): T {
  const refuse = refusalOf(format);
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) throw refuse('size', `expected at most ${maxBytes} bytes, received ${bytes}`);
  const value = parseJson(text, refuse);
  refuseHostileKeys(value, refuse);
  refuseOtherVersion(value, format, refuse);
  const parsed = format.schema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.map(String).join('.') || 'the top level';
    throw refuse('schema', oneLine(`at ${where.slice(0, 120)}: ${issue?.message ?? `not ${format.article} ${format.name}`}`, 300)); // biome-ignore format: one idea
  }
  const figures = format.figuresOf(parsed.data);
  const size = Buffer.byteLength(JSON.stringify(figures));
  // Separators and brackets come on top of the figures themselves.
  if (size > FIGURE_BYTES + figures.length + 2)
    throw refuse('figures', `expected at most ${FIGURE_BYTES} bytes of figures, received ${size}`);
  return parsed.data;
}

type Refuse = (code: string, problem: string) => UserError;

const refusalOf =
  ({ name, article }: Pick<ReportFormat<unknown>, 'name' | 'article'>): Refuse =>
  (code, problem) =>
    new UserError(`${name}-${code}`, `This is not ${article} ${name} that can be read: ${problem}.`, {
      hint: `Run \`taster ${name}\` again with this version and pass on the file that it writes.`,
    });

function parseJson(text: string, refuse: Refuse): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    throw refuse('json', `expected JSON, received ${Buffer.byteLength(text)} bytes that are not (cut short, perhaps)`);
  }
}

/** Walks without recursion: the depth is the writer's choice. */
function refuseHostileKeys(value: unknown, refuse: Refuse): void {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next.value !== 'object' || next.value === null) continue;
    if (next.depth > DEPTH_LIMIT) throw refuse('schema', `expected at most ${DEPTH_LIMIT} levels, received more`);
    if (Object.hasOwn(next.value, '__proto__')) throw refuse('schema', 'a key is named __proto__');
    for (const inner of Object.values(next.value)) open.push({ value: inner, depth: next.depth + 1 });
  }
}

function refuseOtherVersion(
  value: unknown,
  { name, otherVersion }: Pick<ReportFormat<unknown>, 'name' | 'otherVersion'>,
  refuse: Refuse,
): void {
  const schema = typeof value === 'object' && value !== null && 'schema' in value ? value.schema : undefined;
  const own = `taster/${name}@`;
  if (schema === `${own}1`) return;
  const major =
    typeof schema === 'string' && schema.startsWith(own) ? /^\d{1,6}$/.exec(schema.slice(own.length))?.[0] : undefined;
  if (major === undefined) throw refuse('schema', `expected schema ${own}1, received none`);
  throw new UserError(`${name}-version`, `This ${name} has schema ${own}${major}; this version reads ${own}1.`, {
    hint: otherVersion,
  });
}
