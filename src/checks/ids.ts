import type { Family } from '../evidence/finding.ts';

const idsByFamily = {
  data: ['row-diff', 'schema-change', 'label-shift', 'drift', 'duplicates', 'contamination', 'target-leak', 'secrets'],
  leakage: [
    'membership',
    'exposed-rows',
    'amplification',
    'release-membership',
    'attribute-inference',
    'extraction',
    'privacy-audit',
  ],
  poisoning: ['mislabelled', 'conflicting-copies', 'out-of-place', 'trigger', 'targeted', 'harm', 'accumulation'],
  weights: [
    'unsafe-file',
    'import-diff',
    'tensor-diff',
    'behaviour-diff',
    'head-backdoor',
    'rederivable',
    'hidden-payload',
    'privacy-backdoor',
  ],
} as const satisfies Record<Family, readonly string[]>;

/** Every check id that Taster will ever know, with its family: words of the configuration from the first version on. */
export const checkFamilies: ReadonlyMap<string, Family> = new Map(
  Object.entries(idsByFamily).flatMap(([family, ids]) => ids.map((id) => [id, family as Family] as const)),
);

/** Of the weights family, these are asked about a data set with a declared model. */
const ABOUT_DATA_SETS: readonly string[] = ['behaviour-diff', 'rederivable', 'privacy-backdoor'];

/** Whether a check judges files of weights, each by itself, rather than data sets. */
export function isAboutFiles(id: string): boolean {
  return checkFamilies.get(id) === 'weights' && !ABOUT_DATA_SETS.includes(id);
}
