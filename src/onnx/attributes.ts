import type { Attribute, Node } from './graph.ts';
import { invalidModel, quoted } from './refuse.ts';

type Attributed = Pick<Node, 'attributes'>;

const wrong = (name: string, expected: string) => invalidModel(`the attribute ${quoted(name)} is no ${expected}`);

/** An integer attribute, or its default. Throws a UserError, as all here, for one of another type. */
export function intOf({ attributes }: Attributed, name: string, otherwise: number): number {
  const value = attributes[name];
  if (value === undefined) return otherwise;
  if (typeof value !== 'number') throw wrong(name, 'integer');
  return value;
}

/** A float attribute, or its default. */
export function floatOf<T>({ attributes }: Attributed, name: string, otherwise: T): number | T {
  const value = attributes[name];
  if (value === undefined) return otherwise;
  if (typeof value !== 'object' || !('float' in value)) throw wrong(name, 'float');
  return value.float;
}

/** An attribute that lists integers; undefined where it is not there. */
export function intsIn({ attributes }: Attributed, name: string): readonly number[] | undefined {
  const value = attributes[name];
  if (value !== undefined && !isInts(value)) throw wrong(name, 'list of integers');
  return value;
}

/** An attribute that lists floats; undefined where it is not there. */
export function floatsIn({ attributes }: Attributed, name: string): readonly number[] | undefined {
  const value = attributes[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || !('floats' in value)) throw wrong(name, 'list of floats');
  return value.floats;
}

const isInts = (value: Attribute): value is readonly number[] => Array.isArray(value);
