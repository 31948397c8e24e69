import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { reviewSchema } from '../src/review/review.ts';

/** The JSON schema of `review.json`, as it is published in docs/. */
export function reviewJsonSchema(): string {
  // What a reader takes, not what a writer gives: within @1 fields may be added.
  const schema = z.toJSONSchema(reviewSchema, { io: 'input', target: 'draft-2020-12' });
  return `${JSON.stringify({ $id: 'taster/review@1', title: 'Taster review', ...schema }, null, 2)}\n`;
}

if (import.meta.main) writeFileSync(new URL('../docs/review.schema.json', import.meta.url), reviewJsonSchema());
