import { rounded } from './rounded.ts';

/** All figures of a report together, as JSON. */
export const FIGURE_BYTES = 1024 * 1024;

const LEFT_OUT = 'Figures beyond 1 MiB were left out.';
const NOTES = 50;

/** What holds figures, with those alone that fit together, and the notes, which say where some do not. */
export function capFigures<T extends { readonly figures: readonly object[] }>(
  holders: readonly T[],
  notes: readonly string[],
): { readonly holders: T[]; readonly notes: string[] } {
  let room = FIGURE_BYTES;
  let lost = false;
  const kept = holders.map((holder) => {
    const figures = holder.figures.filter((figure) => {
      const size = Buffer.byteLength(JSON.stringify(figure, rounded));
      if (size > room) {
        lost = true;
        return false;
      }
      room -= size;
      return true;
    });
    return figures.length === holder.figures.length ? holder : { ...holder, figures };
  });
  return {
    holders: kept,
    notes: lost && !notes.includes(LEFT_OUT) ? [...notes.slice(0, NOTES - 1), LEFT_OUT] : [...notes],
  };
}
