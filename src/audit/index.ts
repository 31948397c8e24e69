import type { Attack } from './attack.ts';
import { privacyAudit } from './privacy-audit.ts';
import { truthSerum } from './truth-serum.ts';

/** The attacks of this version, in the order of the report. */
export const attacks: readonly Attack[] = [truthSerum, privacyAudit];
