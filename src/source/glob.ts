/** A glob over repository paths as a pattern: `*` and `?` within one folder name, `**` over any number of folders. */
export function globPattern(glob: string): RegExp {
  const body = glob.replace(/\*\*\/|\*\*|\*|\?|[.+^${}()|[\]\\]/g, (part) => {
    if (part === '**/') return '(?:[^/]+/)*';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    return `\\${part}`;
  });
  return new RegExp(`^${body}$`);
}

export function isGlob(path: string): boolean {
  return /[*?]/.test(path);
}
