import type { Message } from './fields.ts';
import { invalidModel, quoted, refusedModel } from './refuse.ts';

/** Where a tensor's bytes lie in a file beside the model. */
export interface ExternalReference {
  /** Path relative to the model's folder, with forward slashes; never out of it. */
  readonly location: string;
  /** Bytes */
  readonly offset: number;
  /** Bytes */
  readonly length: number;
}

const LONGEST = 1000;

/**
 * The reference of a tensor whose data are external. An absolute path, one that leads out of the model's folder, and
 * anything that a file system might read otherwise is refused. Throws a UserError.
 * @param expected bytes that the tensor needs.
 */
export function externalReference(
  entries: readonly Message<'StringStringEntryProto'>[],
  expected: number,
  where: string,
): ExternalReference {
  const named = new Map(entries.map(({ key = '', value = '' }) => [key, value]));
  if (named.size !== entries.length) throw invalidModel(`${where} names its file's place twice`);
  const location = named.get('location') ?? '';
  if (!isPlain(location))
    throw refusedModel(
      `${where} lies in ${quoted(location)}`,
      'Keep the weights in files beside the model, named by a plain relative path.',
    );
  const offset = count(named.get('offset') ?? '0', `the offset of ${where}`);
  const length = named.has('length') ? count(named.get('length')!, `the length of ${where}`) : expected;
  if (length !== expected) throw invalidModel(`${where} has ${length} bytes in its file and needs ${expected}`);
  return { location, offset, length };
}

function isPlain(location: string): boolean {
  const parts = location.split('/');
  return (
    location.length <= LONGEST &&
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
    !/[\u0000-\u001f\\:]/.test(location) &&
    parts.every((part, index) => part !== '' && part !== '..' && (part !== '.' || index === 0) && !part.startsWith('~'))
  );
}

function count(text: string, where: string): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw invalidModel(`${where} is ${quoted(text)}`);
  return value;
}
