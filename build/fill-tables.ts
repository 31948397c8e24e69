/** The text with every table as the code has it: between a comment that names it and one that ends it. Throws where a table's place is missing. */
export function fillTables(text: string, tables: Readonly<Record<string, () => string>>): string {
  return Object.entries(tables).reduce((page, [name, make]) => {
    const [start, end] = [`<!-- table: ${name} -->\n`, `\n<!-- end -->`];
    const from = page.indexOf(start);
    const to = page.indexOf(end, from);
    if (from < 0 || to < 0) throw new Error(`the page has no place for the table "${name}"`);
    return `${page.slice(0, from + start.length)}${make()}${page.slice(to)}`;
  }, text);
}
