/** A paragraph, a table ...; as a function where it is only written if there is room for it. */
export type Block = string | (() => string);

/** A piece of a report. Blocks are joined by empty lines; a folded section has an opening and a closing line. */
export interface Section {
  readonly name: string;
  readonly open: string;
  readonly blocks: readonly Block[];
  readonly close: string;
  /** Lower is kept first when space runs out; the order on the page is the order of the list. */
  readonly priority: number;
}

export interface CutOptions {
  readonly limit: number;
  /** Size of a text in the unit of the limit. */
  readonly measure: (text: string) => number;
  /** Where the rest can be found, one sentence. */
  readonly elsewhere: string;
}

/** Room for the line that says what was cut. */
const RESERVE = 600;
const GAP = '\n\n';

/**
 * Joins sections into one text of at most `limit`. What does not fit is left out at the borders of blocks and sections,
 * and a last line names it.
 */
export function cut(sections: readonly Section[], options: CutOptions): string {
  const { limit, measure } = options;
  const gap = measure(GAP);
  let room = limit - RESERVE;
  const kept = new Map<Section, readonly string[]>();
  for (const section of [...sections].sort((a, b) => a.priority - b.priority)) {
    const blocks: string[] = [];
    let size = measure(section.open) + measure(section.close) + 3 * gap;
    for (const block of section.blocks) {
      const text = typeof block === 'string' ? block : block();
      const next = measure(text) + gap;
      if (size + next > room) break;
      size += next;
      blocks.push(text);
    }
    kept.set(section, blocks);
    if (blocks.length > 0) room -= size;
  }
  const pieces = sections.flatMap((section) => {
    const blocks = kept.get(section) ?? [];
    return blocks.length === 0 ? [] : [section.open, ...blocks, section.close].filter((piece) => piece !== '');
  });
  const losses = sections.flatMap((section) => {
    const lost = section.blocks.length - (kept.get(section)?.length ?? 0);
    return lost === 0
      ? []
      : [lost === section.blocks.length ? section.name : `${lost} of ${section.blocks.length} in ${section.name}`];
  });
  if (losses.length > 0) pieces.push(`_Left out for length: ${losses.join('; ').slice(0, 400)}. ${options.elsewhere}_`);
  return `${pieces.join(GAP)}\n`;
}

/** A section that stands open on the page. */
export function openSection(name: string, priority: number, blocks: readonly Block[]): Section {
  return { name, open: '', blocks, close: '', priority };
}

/** A section behind a triangle. `title` must be escaped. The empty lines keep markdown alive inside the HTML block. */
export function foldedSection(name: string, priority: number, title: string, blocks: readonly Block[]): Section {
  return { name, open: `<details>\n<summary>${title}</summary>`, blocks, close: '</details>', priority };
}
