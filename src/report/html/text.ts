import { visible } from '../escape.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const SHORT = 36;

/** Fit for HTML text and for a quoted attribute, in HTML and in SVG alike. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign]!);
}

/** A foreign text for the page: one line, hidden and bidirectional marks shown, bounded, escaped. */
export function words(text: string, limit: number): string {
  return escapeHtml(visible(text, limit));
}

/** Escaped text in which names between backticks are set as code, as our own sentences have them. */
export function ticked(html: string): string {
  return html.replace(/`([^`]{1,60})`/g, '<code>$1</code>');
}

/** A foreign name (a path, an id, a command) in the type of code, its own direction kept to itself. */
export function mono(text: string, limit = 120): string {
  const shown = words(text, limit);
  // Short names stay whole in narrow columns; long ones may break.
  return `<code${shown.length <= SHORT ? ' class="s"' : ''}>${shown === '' ? '(empty)' : shown}</code>`;
}

/** A sentence with a capital and a full stop. Raw in, raw out. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  const first = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?…]$/.test(first) || first === '' ? first : `${first}.`;
}
