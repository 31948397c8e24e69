export interface TableOptions {
  /** Escaped; it names the table for those who cannot see it. */
  readonly caption: string;
  /** Plain words of ours; `#` in front sets the column to the right. */
  readonly heading: readonly string[];
  /** Cells as HTML. A cell may carry what it is sorted by: `{html, sort}`. */
  readonly rows: readonly (readonly Cell[])[];
  /** Of each row, where something links to it. */
  readonly ids?: readonly string[];
  /** Tables of names can be sorted and filtered; tables of a few figures cannot. */
  readonly sortable?: boolean;
}

export type Cell = string | { readonly html: string; readonly sort: number };

/** A table that scrolls by itself on a narrow screen, the first cell of each row being its heading. */
export function table({ caption, heading, rows, ids, sortable = false }: TableOptions): string {
  const right = heading.map((name) => name.startsWith('#'));
  const head = heading.map(
    (name, at) => `<th scope="col"${right[at] ? ' class="n"' : ''}>${name.replace(/^#/, '')}</th>`,
  );
  const body = rows.map((cells, row) => {
    const inner = cells.map((cell, at) => cellHtml(cell, at === 0, right[at] === true)).join('');
    return `<tr${ids ? ` id="${ids[row]}"` : ''}>${inner}</tr>`;
  });
  return `<div class="scroll" tabindex="0" role="group" aria-label="${caption}"><table${sortable && rows.length > 1 ? ' data-sort' : ''}><caption>${caption}</caption><thead><tr>${head.join('')}</tr></thead><tbody>\n${body.join('\n')}\n</tbody></table></div>`;
}

function cellHtml(cell: Cell, first: boolean, right: boolean): string {
  const { html, sort } = typeof cell === 'string' ? { html: cell, sort: null } : cell;
  const attributes = `${right ? ' class="n"' : ''}${sort === null ? '' : ` data-v="${sort}"`}`;
  return first ? `<th scope="row"${attributes}>${html}</th>` : `<td${attributes}>${html}</td>`;
}
