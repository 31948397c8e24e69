import { type Audit, auditSchema } from '../../audit/audit.ts';
import { capFigures } from '../cap-figures.ts';
import { rounded } from '../rounded.ts';

/**
 * The audit as `audit.json`: keys in the order of the schema, numbers with six significant digits, so that equal audits
 * give equal texts. Figures beyond the cap are left out and a note says so. Throws on what no reader would take.
 */
export function renderAuditJson(audit: Audit): string {
  const { holders: answers, notes } = capFigures(audit.answers, audit.notes);
  return `${JSON.stringify(auditSchema.parse({ ...audit, answers, notes }), rounded, 2)}\n`;
}
