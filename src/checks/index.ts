import type { Check } from './check.ts';
import { contamination } from './data/contamination.ts';
import { duplicates } from './data/duplicates.ts';
import { labelShift } from './data/label-shift.ts';
import { rowDiff } from './data/row-diff.ts';
import { schemaChange } from './data/schema-change.ts';
import { secrets } from './data/secrets.ts';
import { targetLeak } from './data/target-leak.ts';
import { amplification } from './leakage/amplification.ts';
import { attributeInference } from './leakage/attribute-inference.ts';
import { exposedRows } from './leakage/exposed-rows.ts';
import { extraction } from './leakage/extraction.ts';
import { membership } from './leakage/membership.ts';
import { privacyAudit } from './leakage/privacy-audit.ts';
import { releaseMembership } from './leakage/release-membership.ts';
import { conflictingCopies } from './poisoning/conflicting-copies.ts';
import { mislabelled } from './poisoning/mislabelled.ts';
import { behaviourDiff } from './weights/behaviour-diff.ts';
import { rederivable } from './weights/rederivable.ts';
import { tensorDiff } from './weights/tensor-diff.ts';
import { unsafeFile } from './weights/unsafe-file.ts';

/** The checks of this version, in the order of the report. */
export const checks: readonly Check[] = [
  rowDiff,
  schemaChange,
  labelShift,
  duplicates,
  contamination,
  targetLeak,
  secrets,
  conflictingCopies,
  mislabelled,
  membership,
  exposedRows,
  amplification,
  extraction,
  releaseMembership,
  attributeInference,
  privacyAudit,
  behaviourDiff,
  rederivable,
  unsafeFile,
  tensorDiff,
];
