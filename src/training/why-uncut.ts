import { UserError } from '../errors.ts';
import { checkTrainable } from '../gradients/check-trainable.ts';
import { searchBack } from '../onnx/cut.ts';
import { knownShapes, outputShapes } from '../onnx/infer-shapes.ts';
import { isLinear } from '../onnx/linear-ml.ts';
import { atNode, refusedNode, refusingNodes } from '../onnx/node-error.ts';
import { quoted, refusedModel } from '../onnx/refuse.ts';
import { constantsOf, factsOf } from '../onnx/shape-rule.ts';
import { writtenOut } from '../onnx/write-out.ts';
import { type CutModel, foundSlices } from './cut-model.ts';

/** Why a model has no slice (`candidatesOf` gives none): a UserError with the operator, the node and the reason. */
export function whyUncut(model: CutModel): UserError {
  const { graph, slices } = foundSlices(model);
  const shapes = knownShapes(graph, model.told);
  const facts = factsOf(constantsOf(graph), shapes);
  const { behind, end } = searchBack(graph, model.output);
  // The first node on the way to the answer that has no shape, though all that it reads has one.
  const odd = behind.findLast(
    ({ inputs, outputs }) => !shapes.has(outputs[0]!) && inputs.every((name) => name === '' || shapes.has(name)),
  );
  const [shallowest] = slices;
  const reason = () => {
    for (const node of [...(end ? [end] : []), ...graph.nodes.filter(isLinear)])
      atNode(node, () => writtenOut(node, () => facts(node)));
    if (shallowest) checkTrainable(shallowest, model.output);
    else if (odd) atNode(odd, () => outputShapes(facts(odd)));
  };
  try {
    refusingNodes(reason);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  if (end) {
    const op = end.domain === '' ? 'no operator' : `no operator of the domain ${quoted(end.domain)}`;
    return refusedNode(end, `behind it lie no weights that can be trained, and it is ${op} that passes a gradient on`);
  }
  return refusedModel(
    'it has no float32 weights behind a value that all of its answer passes through, with the rows along its first axis',
    'Export it with float32 weights, and with the batch as first axis.',
  );
}
