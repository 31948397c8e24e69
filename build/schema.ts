import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { auditSchema } from '../src/audit/audit.ts';
import { reviewSchema } from '../src/review/review.ts';

/** The JSON schema of `review.json`, as it is published in docs/. */
export const reviewJsonSchema = (): string => published('taster/review@1', 'Taster review', reviewSchema);

/** The same of `audit.json`. */
export const auditJsonSchema = (): string => published('taster/audit@1', 'Taster audit', auditSchema);

function published($id: string, title: string, shape: z.ZodType): string {
  // What a reader takes, not what a writer gives: within @1 fields may be added.
  const schema = z.toJSONSchema(shape, { io: 'input', target: 'draft-2020-12' });
  return `${JSON.stringify({ $id, title, ...schema }, null, 2)}\n`;
}

if (import.meta.main) {
  writeFileSync(new URL('../docs/review.schema.json', import.meta.url), reviewJsonSchema());
  writeFileSync(new URL('../docs/audit.schema.json', import.meta.url), auditJsonSchema());
}
