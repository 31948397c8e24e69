import { createHash } from 'node:crypto';
import { decodeModel } from '../onnx/decode.ts';
import type { Graph } from '../onnx/graph.ts';
import type { ExternalFiles } from '../onnx/read-tensor.ts';
import { quoted, quotedNames, refusedModel } from '../onnx/refuse.ts';
import { upgrade } from '../onnx/upgrade.ts';
import { type CutModel, logitsOf } from './cut-model.ts';

/** Which output of a model is its answer; null: the one output of floats. */
export type Answer = { readonly name: string; readonly kind: 'logits' | 'probabilities' | null } | null;

/** A model that was read, written for our operator set. */
export type OpenModel = Omit<CutModel, 'rows'> & {
  /** Name of the output whose logits `output` is. */
  readonly answer: string;
};

/** Reads a model as hostile input. Throws a UserError where it cannot be read, or its answer cannot be told. */
export function openModel(bytes: Uint8Array, external: ExternalFiles | null, wanted: Answer): OpenModel {
  const read = decodeModel(bytes, external);
  const graph = upgrade(read.graph, read.opsets[''] ?? 0);
  const answer = wanted?.name ?? onlyAnswer(graph);
  if (!graph.outputs.some(({ name }) => name === answer))
    throw refusedModel(
      `it has no output ${quoted(answer)}; its outputs are ${quotedNames(graph.outputs)}`,
      'Correct `output` of the model in the configuration.',
    );
  const output = logitsOf(graph, answer, wanted?.kind ?? null);
  const hash = createHash('sha256').update(bytes).digest('hex');
  return { graph, answer, output, domains: read.opsets, hash };
}

/**
 * The one output of floats; a model's predicted label beside it is of another type. Without one, the one output that a
 * ZipMap makes of floats, as skl2onnx writes it: the map only names the classes.
 */
function onlyAnswer({ outputs, nodes }: Graph): string {
  const floats = outputs.filter(({ type }) => type === 'float32');
  if (floats.length === 1) return floats[0]!.name;
  const zipped = outputs.filter(({ name }) =>
    nodes.some((node) => node.op === 'ZipMap' && node.outputs.includes(name)),
  );
  if (floats.length === 0 && zipped.length === 1) return zipped[0]!.name;
  throw refusedModel(
    `it has ${floats.length} outputs of floats among ${quotedNames(outputs)}`,
    'Name the answer by `output` of the model in the configuration.',
  );
}
