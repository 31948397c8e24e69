import type { Check } from '../../checks/check.ts';
import type { Pool } from '../../table/pool.ts';

/** Share of a data set's budget that language models may take. */
export const EXTRACTION_SHARE = 0.25;

export const asksForExtraction = ({ needs }: Check) => needs.includes('extraction');

/** Whether language models are to be trained at all: a check asks, and secrets were found. */
export function isExtracted(checks: readonly Check[], pool: Pool): boolean {
  return checks.some(asksForExtraction) && (pool.secrets?.places.length ?? 0) > 0;
}
