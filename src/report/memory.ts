/** What a review named of one check about one subject, as hashes of ten hexadecimal digits. */
export interface NamedGroup {
  /** Of the data set or file of weights. */
  readonly subject: string;
  /** Of the check and the subject together. */
  readonly check: string;
  /** Empty where the finding speaks of the subject as a whole. */
  readonly rows: readonly string[];
  /** True where more rows were found than stand here. */
  readonly cut: boolean;
}

/** What the review of one commit named. */
export interface Remembered {
  readonly sha: string;
  readonly groups: readonly NamedGroup[];
  /** True where more was named than is remembered. */
  readonly cut: boolean;
}

/** Digits of a hash: short, and one chance in a thousand million that two of some thirty named rows are taken for one. */
export const HASH_DIGITS = 10;

const GENERATIONS = 2;
const MOST_GROUPS = 60;
const MOST_ROWS = 240;
/** Longer is no line of ours: two generations, each as full as can be. */
const MOST_CHARACTERS = 10_000;
const FORM = /^<!-- taster-named((?: [0-9a-f]{40}(?:[0-9a-f]{24})?\+?:[0-9a-f+,]*)+) -->$/;
const GROUP = /^([0-9a-f]{10})([0-9a-f]{10})(\+?)((?:[0-9a-f]{10})*)$/;

/**
 * The hidden second line of a comment: what the review that wrote it named, and what the one before it did, newest
 * first. Empty where nothing can be remembered.
 */
export function memoryLine(remembered: readonly Remembered[]): string {
  const usable = remembered.filter(({ sha }) => /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(sha)).slice(0, GENERATIONS);
  if (usable.length === 0) return '';
  const written = usable.map(bounded).map(({ sha, groups, cut }) => {
    const lists = groups.map((group) => group.subject + group.check + (group.cut ? '+' : '') + group.rows.join(''));
    return ` ${sha}${cut ? '+' : ''}:${lists.join(',')}`;
  });
  return `<!-- taster-named${written.join('')} -->`;
}

/**
 * Reads that line back; anything but a line as `memoryLine` writes it is no memory. Only the second line counts, and
 * the caller must have found the marker in the first and checked the author.
 */
export function readMemory(body: string): Remembered[] {
  const line = /^[^\n]{0,4000}\n([^\n]*)/.exec(body)?.[1]?.replace(/\r$/, '') ?? '';
  const written = line.length > MOST_CHARACTERS ? undefined : FORM.exec(line)?.[1];
  const parts = written?.trim().split(' ') ?? [];
  const read = parts.map(readOne);
  return parts.length > GENERATIONS || read.includes(null) ? [] : read.flatMap((one) => one ?? []);
}

function readOne(part: string): Remembered | null {
  const [head = '', list = ''] = part.split(':');
  const groups: NamedGroup[] = [];
  for (const text of list === '' ? [] : list.split(',')) {
    const found = GROUP.exec(text);
    if (!found) return null;
    const [, subject = '', check = '', plus, rows = ''] = found;
    groups.push({ subject, check, cut: plus === '+', rows: rows.match(/.{10}/g) ?? [] });
  }
  const total = groups.reduce((sum, { rows }) => sum + rows.length, 0);
  if (groups.length > MOST_GROUPS || total > MOST_ROWS) return null;
  return { sha: head.replace('+', ''), cut: head.endsWith('+'), groups };
}

/** As much as a line holds, the first first. */
function bounded({ sha, groups, cut }: Remembered): Remembered {
  let room = MOST_ROWS;
  const kept = groups.slice(0, MOST_GROUPS).map((group) => {
    const rows = group.rows.slice(0, room);
    room -= rows.length;
    return { ...group, rows, cut: group.cut || rows.length < group.rows.length };
  });
  return { sha, groups: kept, cut: cut || kept.length < groups.length };
}
