import type { Shape } from '../tensor/shape.ts';
import type { Node } from './graph.ts';
import { invalidModel, quoted, refusedModel } from './refuse.ts';
import type { ShapeRule } from './shape-rule.ts';

/** An Einsum's equation: a letter per axis of each input, and of the output. */
export interface Equation {
  readonly terms: readonly string[];
  readonly output: string;
}

/** Reads `equation`. Throws a UserError for an ellipsis, a diagonal, and what is no equation. */
export function equationOf(node: Pick<Node, 'attributes' | 'inputs'>): Equation {
  const text = String(node.attributes.equation ?? '').replaceAll(' ', '');
  if (text.includes('.')) throw refusedModel(`its Einsum ${quoted(text)} has an ellipsis`, 'Name every axis.');
  const [left = '', right] = text.split('->');
  const terms = left.split(',');
  const letters = [...terms.join('')].sort();
  const output = right ?? letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter)).join('');
  const isTerm = (term: string) => /^[A-Za-z]*$/.test(term);
  if (![...terms, output].every(isTerm) || terms.length !== node.inputs.length)
    throw invalidModel(`its Einsum ${quoted(text)} is no equation of ${node.inputs.length} inputs`);
  if ([...terms, output].some((term) => new Set(term).size < term.length))
    throw refusedModel(`its Einsum ${quoted(text)} takes a diagonal`, 'Cut the model behind it.');
  return { terms, output };
}

/** Sizes of the letters of an equation. */
export function letterSizes({ terms }: Equation, shapes: readonly Shape[]): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  terms.forEach((term, input) => {
    const shape = shapes[input]!;
    if (shape.length !== term.length) throw new Error(`Einsum: ${term} for an input of ${shape.length} axes`);
    [...term].forEach((letter, axis) => {
      if ((sizes.get(letter) ?? shape[axis]) !== shape[axis]) throw new Error(`Einsum: ${letter} has two sizes`);
      sizes.set(letter, shape[axis]!);
    });
  });
  return sizes;
}

export const einsumShape: ShapeRule = ({ node, shapes }) => {
  const equation = equationOf(node);
  const sizes = letterSizes(equation, shapes);
  return [...equation.output].map((letter) => {
    const size = sizes.get(letter);
    if (size === undefined) throw new Error(`Einsum: no input has ${letter}`);
    return size;
  });
};
