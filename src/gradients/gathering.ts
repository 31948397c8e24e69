import { intOf } from '../onnx/attributes.ts';
import type { Node } from '../onnx/graph.ts';
import { axisOf } from '../onnx/shape-rule.ts';
import { fixed, inverse, row, shapes, toFront, zeros } from './row.ts';
import type { Formula, Limit, Rule } from './rule.ts';

/** Adds the gradient of each gathered slice to where it came from. */
const ungathered: Formula = (at) => {
  const [data, indices] = [at.shape(at.inputs[0]!), at.shape(at.inputs[1]!)];
  const axis = axisOf(intOf(at.known.node, 'axis', 0), data.length);
  const output = at.shape(at.output).map((_, each) => each);
  const own = indices.map((_, each) => axis + each);
  const rest = output.filter((each) => !own.includes(each));
  const moved = axis === 0 ? at.gradient : at.build.add('Transpose', [at.gradient], { perm: [...own, ...rest] });
  const front = toFront(axis, data.length);
  const places = at.build.add('Unsqueeze', [at.inputs[1]!, at.build.ints([-1])]);
  const target = zeros(
    at,
    front.map((each) => data[each]!),
  );
  const sum = at.build.add('ScatterND', [target, places, moved], { reduction: 'add' });
  return axis === 0 ? sum : at.build.add('Transpose', [sum], { perm: inverse(front) });
};

const scatterReduction = ({ attributes }: Pick<Node, 'attributes'>) => attributes.reduction ?? 'none';
const reductionLimit: Limit = {
  reason: 'products, minima and maxima of scattered values',
  applies: (node) => !['none', 'add'].includes(String(scatterReduction(node))),
};

/** What was overwritten has no part in the output. */
const overwritten =
  (op: 'ScatterND' | 'ScatterElements'): Formula =>
  (at) => {
    if (scatterReduction(at) === 'add') return at.gradient;
    return at.build.add(op, [at.gradient, at.inputs[1]!, zeros(at, at.shape(at.inputs[2]!))], at.attributes);
  };

/** The gradient at the places that the updates were written to. */
const updates =
  (op: 'GatherND' | 'GatherElements'): Formula =>
  (at) =>
    at.build.add(op, [at.gradient, at.inputs[1]!], op === 'GatherND' ? {} : { axis: intOf(at.known.node, 'axis', 0) });

export const gathering = {
  Gather: row(
    'Gather',
    13,
    [ungathered, 'constant'],
    [
      { shapes: shapes('4x3', '3'), ints: { 1: [2, 0, 2] } },
      {
        shapes: shapes('3x4', '2x2'),
        fixed: { 1: fixed(1, -1, 3, 1) },
        attributes: { axis: 1 },
      },
      { shapes: shapes('2x3x2', ''), fixed: { 1: fixed(1) }, attributes: { axis: -2 } },
    ],
    ['inputs'],
  ),
  GatherElements: row(
    'GatherElements',
    13,
    [
      (at) => {
        const attributes = { axis: intOf(at.known.node, 'axis', 0), reduction: 'add' };
        return at.build.add(
          'ScatterElements',
          [zeros(at, at.shape(at.inputs[0]!)), at.inputs[1]!, at.gradient],
          attributes,
        );
      },
      'constant',
    ],
    [
      {
        shapes: shapes('3x2', '2x2'),
        fixed: { 1: fixed(2, 0, 2, 1) },
      },
      {
        shapes: shapes('2x3', '2x2'),
        fixed: { 1: fixed(0, 0, -1, 1) },
        attributes: { axis: 1 },
      },
      { shapes: shapes('4', '3'), fixed: { 1: fixed(3, 3, 0) } },
    ],
    ['inputs'],
  ),
  GatherND: {
    ...row(
      'GatherND',
      13,
      [
        (at) => {
          const target = zeros(at, at.shape(at.inputs[0]!));
          return at.build.add('ScatterND', [target, at.inputs[1]!, at.gradient], { reduction: 'add' });
        },
        'constant',
      ],
      [
        {
          shapes: shapes('3x2', '2x2'),
          fixed: { 1: fixed(0, 1, 2, 0) },
        },
        {
          shapes: shapes('3x2', '2x1'),
          fixed: { 1: fixed(1, 1) },
        },
        {
          shapes: shapes('2x3x2', '1x2x2'),
          fixed: { 1: fixed(0, 2, 1, 0) },
        },
      ],
      ['inputs'],
    ),
    limit: { reason: 'batch_dims', applies: (node) => intOf(node, 'batch_dims', 0) !== 0 },
  },
  ScatterND: {
    ...row(
      'ScatterND',
      18,
      [overwritten('ScatterND'), 'constant', updates('GatherND')],
      [
        {
          shapes: shapes('3x2', '1x1', '1x2'),
          fixed: { 1: fixed(2) },
        },
        { shapes: shapes('3x2', '2x2', '2'), fixed: { 1: fixed(0, 1, 2, 0) } },
        { shapes: shapes('4', '3x1', '3'), fixed: { 1: fixed(1, 3, 1) }, attributes: { reduction: 'add' } },
      ],
      ['inputs'],
    ),
    limit: reductionLimit,
  },
  ScatterElements: {
    ...row(
      'ScatterElements',
      18,
      [overwritten('ScatterElements'), 'constant', updates('GatherElements')],
      [
        {
          shapes: shapes('3x2', '1x2', '1x2'),
          fixed: { 1: fixed(2, 0) },
        },
        {
          shapes: shapes('2x3', '2x2', '2x2'),
          fixed: { 1: fixed(0, 2, 1, 0) },
          attributes: { axis: 1 },
        },
        { shapes: shapes('4', '3', '3'), fixed: { 1: fixed(1, 3, 1) }, attributes: { reduction: 'add' } },
      ],
      ['inputs'],
    ),
    limit: reductionLimit,
  },
} as const satisfies Partial<Record<Rule['op'], Rule>>;
