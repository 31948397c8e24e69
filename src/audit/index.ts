import type { Attack } from './attack.ts';
import { attribute } from './attribute.ts';
import { byAccess } from './by-access.ts';
import { contributors } from './contributors.ts';
import { defences } from './defences.ts';
import { extraction } from './extraction.ts';
import { privacyAudit } from './privacy-audit.ts';
import { truthSerum } from './truth-serum.ts';
import { untargeted } from './untargeted.ts';

/** The attacks of this version, in the order of the report. */
export const attacks: readonly Attack[] = [
  truthSerum,
  untargeted,
  attribute,
  byAccess,
  contributors,
  extraction,
  privacyAudit,
  defences,
];
