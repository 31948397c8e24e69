import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Audit } from '../audit/audit.ts';
import { UserError } from '../errors.ts';
import { renderAuditJson } from '../report/audit/json.ts';
import { renderAuditTerminal } from '../report/audit/terminal.ts';
import { renderJson } from '../report/json.ts';
import { COMMENT_CHARACTERS, renderMarkdown } from '../report/markdown.ts';
import { renderSarif } from '../report/sarif.ts';
import { renderTerminal, type TerminalOptions } from '../report/terminal.ts';
import type { Review } from '../review/review.ts';

export interface Outputs {
  readonly json: string | null;
  readonly markdown: string | null;
  readonly html: string | null;
  readonly sarif: string | null;
}

type Terminal = { readonly isTTY?: boolean; readonly columns?: number };
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Writes the review to the files that were asked for. Throws a UserError where a file cannot be written.
 * @param links where commits and lines are shown; without it, what the review says of its repository.
 */
export async function writeOutputs(
  review: Review,
  { json, markdown, html, sarif }: Outputs,
  links = linksOf(review),
): Promise<void> {
  if (json !== null) await write(json, renderJson(review));
  if (markdown !== null)
    await write(markdown, renderMarkdown(review, { limit: COMMENT_CHARACTERS, links, marker: '' }));
  if (html !== null) {
    // Loaded when it is wanted: what draws the figures would slow every start.
    const { renderHtml } = await import('../report/html.ts');
    await write(html, renderHtml(review, { links }));
  }
  if (sarif !== null) await write(sarif, renderSarif(review));
}

/** Writes an audit to the files that were asked for. Throws a UserError where a file cannot be written. */
export async function writeAudit(audit: Audit, { json, html }: Pick<Outputs, 'json' | 'html'>): Promise<void> {
  if (json !== null) await write(json, renderAuditJson(audit));
  if (html !== null) {
    const { renderAuditHtml } = await import('../report/audit/html.ts');
    await write(html, renderAuditHtml(audit, { links: linksOf(audit) }));
  }
}

/** An audit as text for this terminal. */
export function auditText(audit: Audit, output: Terminal, env: Environment): string {
  return renderAuditTerminal(audit, look(output, env));
}

/** The review as text for this terminal. */
export function terminalText(review: Review, output: Terminal, env: Environment): string {
  return renderTerminal(review, look(output, env));
}

function look({ isTTY, columns }: Terminal, env: Environment): TerminalOptions {
  return { color: isTTY === true && !env.NO_COLOR, width: Math.min(120, Math.max(60, columns ?? 100)) };
}

function linksOf({ repository }: Pick<Review, 'repository'>): { server: string; repository: string } | null {
  return repository === null ? null : { server: 'https://github.com', repository };
}

async function write(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new UserError('output', `${path} cannot be written (${reason}).`, { hint: 'Name another file.', cause });
  }
}
