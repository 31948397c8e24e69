import { type Audit, auditSchema } from '../../audit/audit.ts';
import { parseReport, type ReportFormat } from '../parse-report.ts';

const AUDIT: ReportFormat<Audit> = {
  ...{ name: 'audit', article: 'an', schema: auditSchema },
  figuresOf: ({ answers }) => answers.flatMap(({ figures }) => figures),
  otherVersion: 'Read it with the version of Taster that wrote it.',
};

/** Reads an `audit.json` that anyone may have written; see `parseReport` for what it throws. */
export function parseAudit(text: string, limits: { readonly maxBytes: number }): Audit {
  return parseReport(text, AUDIT, limits);
}
