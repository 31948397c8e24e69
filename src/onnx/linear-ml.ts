import { floatsIn, intOf } from './attributes.ts';
import { makeBuilder } from './builder.ts';
import { float32, type Node } from './graph.ts';
import { own } from './own.ts';
import { invalidModel, refusedModel } from './refuse.ts';
import { type Written, writtenBy } from './written.ts';

const DOMAIN = 'ai.onnx.ml';

/** Names of what a linear model of classical machine learning is written as, by the name of its scores. */
const part = (scores: string, name: 'logits' | 'coefficients' | 'intercepts') => `${scores}/${name}`;

/** What each operator is written as, in words. */
export const linearForms: Readonly<Record<string, string>> = {
  LinearClassifier: 'a Gemm and its link: none, a Softmax or a Sigmoid',
  LinearRegressor: 'a Gemm',
};

export const isLinear = ({ op, domain }: Node): boolean => domain === DOMAIN && Object.hasOwn(linearForms, op);

const scoresOf = ({ op, outputs }: Node): string => (op === 'LinearClassifier' ? outputs[1]! : outputs[0]!);

/** The value before the link function, once the node is written out. */
export const linearLogits = (node: Node): string => part(scoresOf(node), 'logits');

/** The constants that the node's coefficients become. */
export const linearWeights = (node: Node): readonly string[] =>
  (['coefficients', 'intercepts'] as const).map((name) => part(scoresOf(node), name));

const LINKS: Readonly<Record<string, Pick<Node, 'op' | 'attributes'>>> = {
  NONE: { op: 'Identity', attributes: {} },
  SOFTMAX: { op: 'Softmax', attributes: { axis: -1 } },
  LOGISTIC: { op: 'Sigmoid', attributes: {} },
};

const floatsOf = (node: Node, name: string): readonly number[] => floatsIn(node, name) ?? [];

/**
 * LinearClassifier and LinearRegressor as a Gemm and a link function; the predicted label is left out. Throws a UserError
 * for other links, and for a classifier of one score.
 */
export function writeLinear(node: Node): Written {
  const coefficients = floatsOf(node, 'coefficients');
  const given = floatsOf(node, 'intercepts');
  const targets = node.op === 'LinearRegressor' ? intOf(node, 'targets', 1) : given.length;
  const what = `its ${node.op}`;
  if (targets === 0 || coefficients.length % targets !== 0)
    throw invalidModel(`${what} has ${coefficients.length} coefficients for ${targets} scores`);
  if (node.op === 'LinearClassifier' && targets === 1)
    throw refusedModel(`${what} has one score for two classes`, 'Export it with a score for each class.');
  const link = own(LINKS, String(node.attributes.post_transform ?? 'NONE'));
  if (!link) throw refusedModel(`${what} has the link ${node.attributes.post_transform}`, 'Export it with raw scores.');
  const scores = scoresOf(node);
  const build = makeBuilder(`${scores}/`);
  const weights = build.constant(
    float32(part(scores, 'coefficients'), [targets, coefficients.length / targets], coefficients),
  );
  const intercepts = given.length === targets ? given : Array<number>(targets).fill(0);
  const bias = build.constant(float32(part(scores, 'intercepts'), [targets], intercepts));
  const logits = part(scores, 'logits');
  build.put({
    op: 'Gemm',
    domain: '',
    inputs: [node.inputs[0]!, weights, bias],
    outputs: [logits],
    attributes: { transB: 1 },
  });
  build.put({ ...link, domain: '', inputs: [logits], outputs: [scores] });
  return writtenBy(build);
}
