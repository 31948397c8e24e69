import type { Node } from './graph.ts';

/** An integer attribute, or its default. */
export function intOf({ attributes }: Pick<Node, 'attributes'>, name: string, otherwise: number): number {
  const value = attributes[name];
  return typeof value === 'number' ? value : otherwise;
}

/** A float attribute, or its default. */
export function floatOf<T>({ attributes }: Pick<Node, 'attributes'>, name: string, otherwise: T): number | T {
  return (attributes[name] as { readonly float: number } | undefined)?.float ?? otherwise;
}

/** An attribute that lists integers; undefined where it is not there. */
export function intsIn({ attributes }: Pick<Node, 'attributes'>, name: string): readonly number[] | undefined {
  return attributes[name] as readonly number[] | undefined;
}
