import type { TestContext } from 'node:test';
import type { Attack, AuditOptions } from '../../src/audit/attack.ts';
import type { Audit } from '../../src/audit/audit.ts';
import { runAudit } from '../../src/audit/run-audit.ts';
import { normalAt, uniformAt } from '../../src/tensor/random.ts';
import { smallRequest } from '../review/small-review.ts';

const COLUMNS = 12;

/** A table of N rows, twelve drawn numbers and a label that half depends on them: models that fit it memorise. */
export function memorable(rows: number, classes = 3): string {
  const line = (row: number) => {
    const cells = Array.from({ length: COLUMNS }, (_, column) => normalAt(7, row, column));
    const own = uniformAt(8, row) < 0.5 ? Math.floor(uniformAt(9, row) * classes) : cells[0]! > 0 ? 1 : 0;
    return [...cells.map((cell) => cell.toFixed(3)), `c${own}`].join(',');
  };
  const header = [...Array.from({ length: COLUMNS }, (_, column) => `x${column}`), 'label'].join(',');
  return [header, ...Array.from({ length: rows }, (_, row) => line(row)), ''].join('\n');
}

export const aQuestion: AuditOptions = { attacks: null, poisons: [0, 1], targets: 40, thorough: false, by: null };

interface Asked {
  readonly attacks?: readonly Attack[];
  readonly options?: Partial<AuditOptions>;
  readonly shadows?: number;
  readonly epochs?: number;
  readonly label?: string | null;
  readonly sensitive?: readonly string[];
  readonly seconds?: () => number;
}

/** Audits texts of data sets, by name, with the real database and runtime; one thread, fixed seed. */
export async function smallAudit(
  t: TestContext,
  data: Readonly<Record<string, string>>,
  { attacks, options, ...more }: Asked,
): Promise<Audit> {
  const both = Object.fromEntries(Object.entries(data).map(([name, text]) => [name, [text, text] as const]));
  const { request, tools } = await smallRequest(t, both, { shadows: 16, epochs: 40, ...more });
  return await runAudit(
    { request, options: { ...aQuestion, ...options } },
    { ...tools, ...(attacks ? { attacks } : {}) },
  );
}
