import { normalAt, uniformAt } from '../../src/tensor/random.ts';

export const OWNERS = ['ann', 'bob', 'cid'];
export const VICTIMS = 12;

/** Rows of three classes that can be told, in turn by three people; `planter` brings some of ann's under another class. */
export function owned(rows: number, planter: string | null): string {
  const lines = Array.from({ length: rows }, (_, row) => {
    const label = Math.floor(3 * uniformAt(9, row));
    const cells = Array.from(
      { length: 12 },
      (_, column) => 1.2 * normalAt(7, row, column) + (column % 3 === label ? 1.5 : 0),
    );
    return [...cells.map((cell) => cell.toFixed(3)), `c${label}`].join(',');
  });
  const header = `${lines[0]!.split(',').map((_, at, all) => (at === all.length - 1 ? 'label' : `x${at}`)).join(',')},owner`; // biome-ignore format: one line
  const planted = lines
    .filter((_, row) => row % OWNERS.length === 0)
    .slice(0, planter === null ? 0 : VICTIMS)
    .map((line) => `${line.replace(/c(\d)$/, (_, own) => `c${(Number(own) + 1) % 3}`)},${planter}`);
  return [header, ...lines.map((line, row) => `${line},${OWNERS[row % OWNERS.length]}`), ...planted, ''].join('\n');
}
