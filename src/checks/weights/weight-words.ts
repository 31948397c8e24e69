import { oneLine } from '../../errors.ts';
import type { Evidence } from '../../evidence/evidence.ts';

const LONGEST_PATH = 70;

/** The file that is spoken of; of a long path the end. Raw: the report escapes it. */
export function fileName({ subject }: Pick<Evidence, 'subject'>): string {
  const letters = Array.from(oneLine(subject.path ?? '', 1000));
  return `"${letters.length > LONGEST_PATH ? `…${letters.slice(1 - LONGEST_PATH).join('')}` : letters.join('')}"`;
}

/** So many sentences or names, then how many more. */
export function some(texts: readonly string[], limit: number, between: string): string {
  const more = texts.length - limit;
  return texts.slice(0, limit).join(between) + (more > 0 ? `${between}and ${more.toLocaleString('en-US')} more` : '');
}
