import { createHash } from 'node:crypto';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

/** What the report's page may load: its own style and script, and nothing else. */
export function reportPolicy(): string {
  return `default-src 'none'; style-src '${sourceHash(STYLE)}'; script-src '${sourceHash(SCRIPT)}'; img-src data:; base-uri 'none'; form-action 'none'`;
}

/** A text that stands in a page, as its policy names it. */
export function sourceHash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
