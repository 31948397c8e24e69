// Marks that change what is seen or show nothing; Default_Ignorable holds fillers and variation selectors, too.
const HIDDEN = /[\p{Cf}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}]+/gu;
const BREAK = '&#8203;';
const SAFE_IN_BACKTICKS = /^[\w./=+,()%: …-]+$/;

/**
 * A foreign text on one line, safe to look at: no control characters, hidden and bidirectional marks shown as U+FFFD,
 * no towers of accents, at most `limit` characters. Not yet escaped for anything.
 */
export function visible(text: string, limit: number): string {
  const flat = text
    // Cut first: a megabyte must not go through every pattern.
    .slice(0, 4 * limit + 16)
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(HIDDEN, '\ufffd')
    .replace(/(\p{M}{3})\p{M}+/gu, '$1')
    .trim();
  const letters = Array.from(flat);
  return letters.length > limit ? `${letters.slice(0, limit - 1).join('')}…` : flat;
}

/**
 * A foreign text as markdown that GitHub shows literally, in a paragraph, a table cell or a `<summary>`: entities for
 * everything that could be markup, and a zero-width space inside everything that GitHub would make a link or a mention,
 * or that a runner takes for a command.
 */
export function prose(text: string, limit: number): string {
  return escapeMarkup(visible(text, limit));
}

/** A foreign text (a path, an id, a label) as inline code. */
export function code(text: string, limit = 120): string {
  const shown = visible(text, limit);
  if (shown === '') return '(empty)';
  // Backticks where nothing in the text can end them or the table cell; else the tag, whose content is plain entities.
  return SAFE_IN_BACKTICKS.test(shown) && !shown.includes('::') && !shown.includes('//')
    ? `\`${shown}\``
    : `<code>${escapeMarkup(shown)}</code>`;
}

/** Letters, digits and little else: for mermaid, whose grammar has no safe escape. */
export function bare(text: string, limit: number): string {
  return visible(text, limit)
    .replace(/[^\p{L}\p{N} .%-]+/gu, ' ')
    .replace(/ +/g, ' ')
    .trim();
}

function escapeMarkup(text: string): string {
  return (
    text
      .replace(/[&<>"'\\`*[\]|~$!^{}]/g, (sign) => `&#${sign.charCodeAt(0)};`)
      // Between letters an underscore means nothing in GitHub's markdown, and names stay readable.
      .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '&#95;')
      .replace(/@/g, `@${BREAK}`)
      .replace(/(?<!&)#(?=\w)/g, `#${BREAK}`)
      .replace(/:\/\//g, `:${BREAK}//`)
      // Up to its end, too: a colon of our own may follow.
      .replace(/:(?=:|[\w+-]+(?::|$))/g, `:${BREAK}`)
      .replace(/\b(www)\./gi, `$1${BREAK}.`)
      .replace(/\b(gh-)(?=\d)/gi, `$1${BREAK}`)
      .replace(/\b(mailto|xmpp|javascript|data):/gi, `$1:${BREAK}`)
      // Seven to forty hexadecimal digits become a link to a commit.
      .replace(/\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,}\b/g, (digits) => digits.replace(/.{6}(?=.)/g, `$&${BREAK}`))
      // At the beginning of a line these would open a list, a heading or a rule.
      .replace(/^(?=[-+=#]+(?:\s|$)|\d+[.)](?:\s|$))/, BREAK)
  );
}
