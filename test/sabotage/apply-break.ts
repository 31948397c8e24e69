import type { Break } from './breaks.ts';

/** The source with the break in it. Throws where its text does not stand there exactly once: the list is out of date. */
export function applyBreak({ name, file, search, replace }: Break, source: string): string {
  const times = source.split(search).length - 1;
  if (times !== 1)
    throw new Error(`The break "${name}" expects its text once in ${file} and finds it ${times} times: ${search}`);
  return source.replace(search, () => replace);
}
