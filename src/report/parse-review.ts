import { oneLine, UserError } from '../errors.ts';
import { type Review, reviewSchema } from '../review/review.ts';
import { FIGURE_BYTES } from './json.ts';

const DEPTH_LIMIT = 20;
const HINT = 'Run `taster review` again with this version and pass on the file that it writes.';

/**
 * Reads a `review.json` that anyone may have written. Unknown fields are dropped, unknown enum values read `unknown`.
 * Throws UserError `review-size`, `review-json`, `review-version`, `review-schema` or `review-figures`; never with
 * content of the file.
 */
export function parseReview(text: string, { maxBytes }: { readonly maxBytes: number }): Review {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) throw refuse('review-size', `expected at most ${maxBytes} bytes, received ${bytes}`);
  const value = parseJson(text);
  refuseHostileKeys(value);
  refuseOtherVersion(value);
  const parsed = reviewSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.map(String).join('.') || 'the top level';
    throw refuse('review-schema', oneLine(`at ${where.slice(0, 120)}: ${issue?.message ?? 'not a review'}`, 300));
  }
  const figures = parsed.data.findings.flatMap((finding) => finding.figures);
  const size = Buffer.byteLength(JSON.stringify(figures));
  // Separators and brackets come on top of the figures themselves.
  if (size > FIGURE_BYTES + figures.length + 2)
    throw refuse('review-figures', `expected at most ${FIGURE_BYTES} bytes of figures, received ${size}`);
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    throw refuse(
      'review-json',
      `expected JSON, received ${Buffer.byteLength(text)} bytes that are not (cut short, perhaps)`,
    );
  }
}

/** Walks without recursion: the depth is the writer's choice. */
function refuseHostileKeys(value: unknown): void {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next.value !== 'object' || next.value === null) continue;
    if (next.depth > DEPTH_LIMIT)
      throw refuse('review-schema', `expected at most ${DEPTH_LIMIT} levels, received more`);
    if (Object.hasOwn(next.value, '__proto__')) throw refuse('review-schema', 'a key is named __proto__');
    for (const inner of Object.values(next.value)) open.push({ value: inner, depth: next.depth + 1 });
  }
}

function refuseOtherVersion(value: unknown): void {
  const schema = typeof value === 'object' && value !== null && 'schema' in value ? value.schema : undefined;
  if (schema === 'taster/review@1') return;
  const major = typeof schema === 'string' ? /^taster\/review@(\d{1,6})$/.exec(schema)?.[1] : undefined;
  if (major === undefined) throw refuse('review-schema', 'expected schema taster/review@1, received none');
  throw new UserError(
    'review-version',
    `This review has schema taster/review@${major}; this version reads taster/review@1.`,
    {
      hint: 'Use one version of Taster in the review and the publish job.',
    },
  );
}

function refuse(code: string, problem: string): UserError {
  return new UserError(code, `This is not a review that can be read: ${problem}.`, { hint: HINT });
}
