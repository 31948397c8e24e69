import type { Audit } from '../../audit/audit.ts';

export function renderAuditHtml(audit: Audit): string {
  return JSON.stringify(audit);
}
