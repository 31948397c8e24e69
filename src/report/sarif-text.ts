import { visible } from './escape.ts';

/** Between two signs it takes away what they mean together, and can be seen. */
const GAP = '\u200a';

/**
 * A foreign text as the plain text of a SARIF message: nothing hidden, no link and no placeholder (SARIF reads
 * `[text](target)` and `{0}` in plain text), and nothing that GitHub would make a mention, a reference or a tag of where
 * it repeats the message in a comment.
 */
export function sarifText(text: string, limit: number): string {
  return visible(text, limit)
    .replace(/\](?=[([])/g, `]${GAP}`)
    .replace(/\{(?=\d)/g, `{${GAP}`)
    .replace(/@(?=[\w-])/g, `@${GAP}`)
    .replace(/#(?=[\w[])/g, `#${GAP}`)
    .replace(/<(?=[a-z!/?])/gi, `<${GAP}`)
    .replace(/:(?=:|\/\/)/g, `:${GAP}`)
    .replace(/\b(javascript|data|mailto|xmpp):(?=\S)/gi, `$1${GAP}:`)
    .replace(/\bwww\./gi, `www${GAP}.`);
}
