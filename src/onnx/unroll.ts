import type { Shape } from '../tensor/shape.ts';
import { floatOf, intOf } from './attributes.ts';
import { type Builder, makeBuilder } from './builder.ts';
import type { Node } from './graph.ts';
import { type Cell, cells, split } from './recurrent-cells.ts';
import { refusedModel } from './refuse.ts';
import type { Known } from './shape-rule.ts';
import { type Written, writtenBy } from './written.ts';

/** Steps that are written out at most: a node list of tens of thousands is beyond the runtime's patience. */
const LONGEST = 512;
const ACTIVATIONS: readonly string[] = ['Sigmoid', 'Tanh', 'Relu', 'Softsign', 'Softplus'];

/**
 * RNN, LSTM and GRU as their steps, in operators of a slice. Nodes have the layer's outputs; constants are given beside
 * them. Throws a UserError for what is not written out: peepholes, clipping, sequences of different lengths, unusual
 * activations, more than 512 steps.
 */
export function unroll(known: Known): Written {
  const { node } = known;
  const cell = cells[node.op]!;
  check(known);
  const build = makeBuilder(`${node.outputs.find((name) => name !== '')}/`);
  const isBatchFirst = intOf(node, 'layout', 0) === 1;
  const [x, w, r, b, , h0, c0] = node.inputs as [string, string, string, ...(string | undefined)[]];
  const turned = (name: string, perm: readonly number[]) => build.add('Transpose', [name], { perm });
  const [first, second] = known.shapes[0] as [number, number, number];
  const [steps, batch] = isBatchFirst ? [second, first] : [first, second];
  const size = known.shapes[2]![2]!;
  const directions = known.shapes[1]![0]!;
  const data = isBatchFirst ? turned(x, [1, 0, 2]) : x;
  const zeros = () => build.add('Expand', [build.scalar(0), build.ints([1, batch, size])]);
  const state = (name: string | undefined, direction: number) => {
    if (!name) return zeros();
    return part(build, isBatchFirst ? turned(name, [1, 0, 2]) : name, direction);
  };

  const lines = Array.from({ length: directions }, (_, direction) => {
    const weights = (name: string) => turned(rows(build, name, direction), [1, 0]);
    const biases = b ? halves(build, rows(build, b, direction)) : null;
    const own = build.add('MatMul', [data, weights(w)]);
    const isJoined = cell.joinsBias(node);
    const bias = biases && (isJoined ? build.add('Add', [...biases]) : biases[0]);
    const inputs = timeSteps(build, bias ? build.add('Add', [own, bias]) : own, steps);
    const recurrent = weights(r);
    const isReversed = node.attributes.direction === 'reverse' || direction === 1;
    const activations = activationsOf(node, cell, direction);
    let at = { hidden: state(h0, direction), cell: cell.hasCell ? state(c0, direction) : '' };
    const outputs: string[] = Array(steps);
    for (let step = 0; step < steps; step++) {
      const time = isReversed ? steps - 1 - step : step;
      const act = (which: number, name: string) => build.add(activations[which]!, [name]);
      const recurrentBias = isJoined ? null : (biases?.[1] ?? null);
      at = cell.step({ build, input: inputs[time]!, ...at, recurrent, recurrentBias, act }, node);
      outputs[time] = at.hidden;
    }
    return { outputs, ...at };
  });

  const give = (name: string | undefined, op: string, inputs: readonly string[], attributes: Node['attributes']) => {
    if (name) build.put({ op, domain: '', inputs, outputs: [name], attributes });
  };
  const joined = (names: readonly string[], axis: number) => build.add('Concat', names, { axis });
  const [y, yh, yc] = node.outputs;
  if (y) {
    const each = lines.map(({ outputs }) => build.add('Unsqueeze', [joined(outputs, 0), build.ints([1])]));
    give(y, 'Transpose', [joined(each, 1)], { perm: isBatchFirst ? [2, 0, 1, 3] : [0, 1, 2, 3] });
  }
  const last = { perm: isBatchFirst ? [1, 0, 2] : [0, 1, 2] };
  if (yh)
    give(
      yh,
      'Transpose',
      [
        joined(
          lines.map(({ hidden }) => hidden),
          0,
        ),
      ],
      last,
    );
  if (yc)
    give(
      yc,
      'Transpose',
      [
        joined(
          lines.map((line) => line.cell),
          0,
        ),
      ],
      last,
    );
  return writtenBy(build);
}

/** One direction of [D, ..]: [1, ..]. */
const part = (build: Builder, name: string, direction: number) =>
  build.add('Slice', [name, build.ints([direction]), build.ints([direction + 1]), build.ints([0])]);
const rows = (build: Builder, name: string, direction: number) =>
  build.add('Squeeze', [part(build, name, direction), build.ints([0])]);
const halves = (build: Builder, name: string) => split(build, name, 2) as [string, string];

/** [T,N,K] as T values [1,N,K]. */
function timeSteps(build: Builder, name: string, steps: number): string[] {
  if (steps === 1) return [name];
  const outputs = Array.from({ length: steps }, () => build.fresh('step'));
  build.put({ op: 'Split', domain: '', inputs: [name], outputs, attributes: { axis: 0, num_outputs: steps } });
  return outputs;
}

function activationsOf(node: Node, { activations }: Cell, direction: number): readonly string[] {
  const given = (node.attributes.activations as { readonly strings: readonly string[] } | undefined)?.strings;
  if (!given) return activations;
  return given.slice(direction * activations.length, (direction + 1) * activations.length);
}

function check({ node, shapes }: Known): void {
  const cell = cells[node.op]!;
  const refuse = (what: string) => refusedModel(`its ${node.op} ${what}`, 'Cut the model behind it.');
  const [x, w] = shapes as [Shape, Shape];
  const steps = intOf(node, 'layout', 0) === 1 ? x[1]! : x[0]!;
  if (steps > LONGEST) throw refuse(`has ${steps} steps, at most ${LONGEST} are written out`);
  if (node.inputs[4]) throw refuse('takes sequences of different lengths');
  if (node.inputs[7]) throw refuse('has peepholes');
  if (floatOf(node, 'clip', 0) !== 0) throw refuse('is clipped');
  if (intOf(node, 'input_forget', 0) !== 0) throw refuse('couples input and forget gate');
  const used = Array.from({ length: w[0]! }, (_, direction) => activationsOf(node, cell, direction));
  for (const list of used)
    if (list.length !== cell.activations.length || !list.every((name) => ACTIVATIONS.includes(name)))
      throw refuse(`has the activations ${list.join(', ') || 'of one direction alone'}`);
}
