/**
 * What the page does beside being read: columns sort by their headings, long tables can be filtered. Foreign text is
 * only ever compared, never written; without scripts the page lacks nothing but this.
 */
export const SCRIPT = `'use strict';
for (const table of document.querySelectorAll('table[data-sort]')) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const value = (row, at) => {
    const cell = row.cells[at];
    return cell.dataset.v === undefined ? cell.textContent.trim() : Number(cell.dataset.v);
  };
  const compare = (a, b) =>
    typeof a === 'number' && typeof b === 'number' ? a - b
    : typeof a === 'number' ? -1 : typeof b === 'number' ? 1
    : a.localeCompare(b, 'en', { numeric: true });
  heads.forEach((head, at) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener('click', () => {
      const down = head.getAttribute('aria-sort') === 'ascending';
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const rows = [...body.rows].sort((a, b) => compare(value(a, at), value(b, at)));
      body.append(...(down ? rows.reverse() : rows));
    });
  });
  if (body.rows.length < 4) continue;
  const label = document.createElement('label');
  const input = document.createElement('input');
  const told = document.createElement('output');
  label.className = 'filter';
  input.type = 'search';
  input.spellcheck = false;
  label.append('Filter ', input);
  input.setAttribute('aria-label', 'Filter: ' + table.caption.textContent);
  input.addEventListener('input', () => {
    const wanted = input.value.trim().toLowerCase();
    let shown = 0;
    for (const row of body.rows) {
      row.hidden = !row.textContent.toLowerCase().includes(wanted);
      if (!row.hidden) shown += 1;
    }
    told.textContent = wanted === '' ? '' : ' ' + shown + ' of ' + body.rows.length;
  });
  label.append(told);
  table.parentElement.before(label);
}
const reveal = () => {
  const target = document.getElementById(location.hash.slice(1));
  if (!target) return;
  for (let at = target; at; at = at.parentElement) {
    at.hidden = false;
    if (at.tagName === 'DETAILS') at.open = true;
  }
  target.scrollIntoView();
};
addEventListener('hashchange', reveal);
addEventListener('beforeprint', () => { for (const fold of document.querySelectorAll('details')) fold.open = true; });
reveal();
`;
