import type { Message } from './fields.ts';
import type { Model } from './graph.ts';
import { makeNodeCounter } from './limits.ts';
import { plainDomain, readGraph } from './read-graph.ts';
import { readMessage } from './read-message.ts';
import { type ExternalFiles, makeTensorReader } from './read-tensor.ts';
import { invalidModel, quoted, refusedModel } from './refuse.ts';
import { writeFunctionsOut } from './write-functions-out.ts';

const MODEL_BYTES = 1024 ** 3;
const OLDEST_IR = 3;
/** Before it operators did not broadcast as numpy does. */
export const OLDEST_OPSET = 7;

/** Domains whose operators onnxruntime itself brings; all others would be code of the model's author. */
export const DOMAINS: readonly string[] = ['', 'ai.onnx.ml', 'com.microsoft'];

/**
 * Reads a model as hostile input: nothing is run, every size is bounded, and what is not understood is refused by name.
 * @param external bytes of files beside the model; null where there are none.
 * Throws a UserError (`onnx-invalid` for a broken file, `onnx-refused` for what ONNX allows and Taster does not take).
 */
export function decodeModel(bytes: Uint8Array, external: ExternalFiles | null = null): Model {
  if (bytes.length === 0) throw invalidModel('the file is empty');
  if (bytes.length > MODEL_BYTES)
    throw refusedModel(
      `it has ${bytes.length} bytes, at most ${MODEL_BYTES} are read`,
      'Keep weights in external data.',
    );
  const proto = readMessage(bytes, 'ModelProto');
  const irVersion = proto.irVersion ?? 0;
  if (!proto.graph) throw invalidModel('it holds no graph');
  if (irVersion < OLDEST_IR)
    throw refusedModel(`it has IR version ${irVersion}, ${OLDEST_IR} or newer is read`, 'Export it with a newer ONNX.');
  const opsets = opsetsOf(proto);
  const graph = writeFunctionsOut(proto, opsets)!;
  const context = { tensors: makeTensorReader(external), count: makeNodeCounter(), checkDomain: domainCheck(opsets) };
  const { graph: read, free } = readGraph(graph, context, 0);
  for (const name of free) throw invalidModel(`the value ${quoted(name)} is read, and nothing makes it`);
  return { graph: read, opsets, irVersion };
}

function opsetsOf({ opsetImport, functions }: Message<'ModelProto'>): Record<string, number> {
  const opsets: Record<string, number> = Object.create(null);
  for (const each of [...opsetImport, ...functions.flatMap((own) => own.opsetImport)])
    opsets[plainDomain(each.domain)] ??= each.version ?? 0;
  const own = opsets[''];
  if (own === undefined && opsetImport.length === 0) throw invalidModel('it names no operator set');
  if (own !== undefined && own < OLDEST_OPSET)
    throw refusedModel(
      `it is written for opset ${own}, ${OLDEST_OPSET} or newer is read`,
      'Export it for a newer opset.',
    );
  return opsets;
}

function domainCheck(opsets: Readonly<Record<string, number>>) {
  return (domain: string, op: string) => {
    if (!DOMAINS.includes(domain))
      throw refusedModel(
        `the operator ${quoted(op)} is of the domain ${quoted(domain)}`,
        'Operators of ONNX itself, ai.onnx.ml and com.microsoft are read.',
      );
    if (opsets[domain] === undefined)
      throw invalidModel(`the operator ${quoted(op)} is of a domain (${quoted(domain)}) without a version`);
  };
}
