import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { checks } from '../src/checks/index.ts';
import { configSchema } from '../src/config/schema.ts';

/** The JSON schema of `.github/taster.yml`, by which editors check the file; made from the list of checks. */
export function configJsonSchema(): string {
  const schema = z.toJSONSchema(configSchema(checks), { io: 'input', target: 'draft-2020-12' });
  return `${JSON.stringify({ $id: 'taster/config@1', title: 'Taster configuration', ...schema }, null, 2)}\n`;
}

if (import.meta.main) writeFileSync(new URL('../docs/taster.schema.json', import.meta.url), configJsonSchema());
