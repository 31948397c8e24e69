/** Breaks a line at spaces so that none is wider than `width` characters; longer words stand alone, unbroken. */
export function wrap(text: string, { width, indent }: { readonly width: number; readonly indent: string }): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && Array.from(indent + line).length + 1 + Array.from(word).length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((one) => indent + one).join('\n');
}

/** Columns padded to their widest cell; the first is left-aligned, the others right-aligned. */
export function columns(rows: readonly (readonly string[])[], indent: string): string {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, index) => Math.max(...rows.map((row) => letters(row[index] ?? ''))));
  return rows
    .map((row) => {
      const cells = row.map((cell, index) => {
        const gap = ' '.repeat((widths[index] ?? 0) - letters(cell));
        return index === 0 ? cell + gap : gap + cell;
      });
      return (indent + cells.join('  ')).trimEnd();
    })
    .join('\n');
}

function letters(text: string): number {
  return Array.from(text).length;
}
