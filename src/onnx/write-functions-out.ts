import type { Message } from './fields.ts';
import { DEEPEST, LONGEST_NAME, makeNodeCounter } from './limits.ts';
import { plainDomain } from './read-graph.ts';
import { invalidModel, quoted, refusedModel } from './refuse.ts';

type NodeProto = Message<'NodeProto'>;
type GraphProto = Message<'GraphProto'>;
type AttributeProto = Message<'AttributeProto'>;
type FunctionProto = Message<'FunctionProto'>;

const keyOf = (domain = '', name = '', overload = '') => JSON.stringify([domain, name, overload]);

/**
 * The graph with every call of a model-local function replaced by the function's nodes: inner names get a prefix of
 * their own, attribute references the caller's values or the declared defaults. Throws a UserError for functions that
 * call themselves, disagree with the model's operator sets, or multiply past the most nodes.
 */
export function writeFunctionsOut(
  model: Message<'ModelProto'>,
  opsets: Readonly<Record<string, number>>,
): GraphProto | undefined {
  if (model.functions.length === 0 || !model.graph) return model.graph;
  const functions = new Map<string, FunctionProto>();
  for (const each of model.functions) {
    const key = keyOf(each.domain, each.name, each.overload);
    if (functions.has(key)) throw invalidModel(`the function ${quoted(each.name ?? '')} is there twice`);
    functions.set(key, each);
  }
  const count = makeNodeCounter();
  let calls = 0;

  const called = (node: NodeProto): FunctionProto | undefined =>
    functions.get(keyOf(node.domain, node.opType, node.overload));

  const expandGraph = (graph: GraphProto, depth: number): GraphProto => ({
    ...graph,
    node: graph.node.flatMap((node) => expand(node, depth)),
  });

  const expand = (node: NodeProto, depth: number): NodeProto[] => {
    count();
    if (depth > DEEPEST)
      throw refusedModel(
        `functions and graphs are nested more than ${DEEPEST} deep`,
        'Export the model without functions.',
      );
    const own = called(node);
    if (!own) {
      const attribute = node.attribute.map((each) => mapGraphs(each, (graph) => expandGraph(graph, depth + 1)));
      return [{ ...node, attribute }];
    }
    agree(own, opsets);
    return bodyOf(own, node, `${own.name}.${calls++}/`).flatMap((inner) => expand(inner, depth + 1));
  };
  return expandGraph(model.graph, 0);
}

/** A function's nodes as they stand in the place of one call. */
function bodyOf(own: FunctionProto, call: NodeProto, prefix: string): NodeProto[] {
  const names = new Map<string, string>();
  own.input.forEach((name, index) => void names.set(name, call.input[index] ?? ''));
  const passed: NodeProto[] = [];
  own.output.forEach((name, index) => {
    const outside = call.output[index];
    if (!outside) return;
    // An output that is an input, or is given out twice, has no node that makes it under its outer name.
    if (names.has(name)) passed.push(identity(names.get(name)!, outside));
    else names.set(name, outside);
  });
  const given = new Map(own.attributeProto.map((each) => [each.name, each]));
  for (const each of call.attribute) given.set(each.name, each);
  const rename = (name: string) => {
    if (prefix.length + name.length > LONGEST_NAME)
      throw refusedModel(`the function ${quoted(own.name ?? '')} has names of ${name.length} letters`, 'Shorten them.');
    return name === '' ? '' : (names.get(name) ?? prefix + name);
  };

  const attributes = (list: readonly AttributeProto[]): AttributeProto[] =>
    list.flatMap((each) => {
      if (!each.refAttrName) return [mapGraphs(each, renamedGraph)];
      const value = given.get(each.refAttrName);
      return value ? [{ ...value, name: each.name }] : [];
    });
  const renamedNode = (node: NodeProto): NodeProto => ({
    ...node,
    input: node.input.map(rename),
    output: node.output.map(rename),
    attribute: attributes(node.attribute),
  });
  const named = <T extends { readonly name: string | undefined }>(each: T): T => ({
    ...each,
    name: rename(each.name ?? ''),
  });
  const renamedGraph = (graph: GraphProto): GraphProto => ({
    ...graph,
    node: graph.node.map(renamedNode),
    input: graph.input.map(named),
    output: graph.output.map(named),
    initializer: graph.initializer.map(named),
    sparseInitializer: graph.sparseInitializer.map((each) => ({ ...each, values: each.values && named(each.values) })),
  });
  return [...own.node.map(renamedNode), ...passed];
}

function mapGraphs(attribute: AttributeProto, map: (graph: GraphProto) => GraphProto): AttributeProto {
  if (!attribute.g && attribute.graphs.length === 0) return attribute;
  return { ...attribute, g: attribute.g && map(attribute.g), graphs: attribute.graphs.map(map) };
}

function identity(from: string, to: string): NodeProto {
  return {
    ...{ input: [from], output: [to], opType: 'Identity', attribute: [] },
    ...{ name: undefined, domain: undefined, overload: undefined },
  };
}

function agree(own: FunctionProto, opsets: Readonly<Record<string, number>>): void {
  for (const { domain, version = 0 } of own.opsetImport) {
    const ours = opsets[plainDomain(domain)];
    if (ours !== undefined && ours !== version)
      throw refusedModel(
        `the function ${quoted(own.name ?? '')} is written for opset ${version}, the model for ${ours}`,
        'Export the model for one opset.',
      );
  }
}
