import type { Check } from './check.ts';

/** The checks of this version, in the order of the report. */
export const checks: readonly Check[] = [];
