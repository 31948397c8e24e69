import { decodeModel } from '../../src/onnx/decode.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { knownShapes } from '../../src/onnx/infer-shapes.ts';
import type { ExternalFiles } from '../../src/onnx/read-tensor.ts';
import { upgrade } from '../../src/onnx/upgrade.ts';
import { sizeOf } from '../../src/tensor/shape.ts';
import { type CutModel, candidatesOf, logitsOf, makeModelSlice, PROBE } from '../../src/training/cut-model.ts';
import { scoringGraph } from '../../src/training/score.ts';
import { trainingGraph } from '../../src/training/step.ts';
import { whyUncut } from '../../src/training/why-uncut.ts';

const RECIPE = { optimizer: 'sgd', rate: 0.1, decay: 0, batch: 3, epochs: 1 } as const;
const MOST_CLASSES = 1000;
/** What running the trunks of the two pipelines tells. */
const TOLD = { transformed_column: [PROBE, 11], Features0: [PROBE, 8] };
/** Axes that a model leaves open. */
const OPEN = 4;

/**
 * All that is done with the model of a pull request before it is run: decoded, upgraded, folded, cut, and the shallowest
 * and the deepest slice written as training and scoring graphs. Gives the number of slices. Throws what is thrown.
 */
export function wholeWay(bytes: Uint8Array, external: ExternalFiles | null = null): number {
  const decoded = decodeModel(bytes, external);
  const graph = upgrade(decoded.graph, decoded.opsets[''] ?? 1);
  encodeModel(decoded.graph, decoded);
  let cuts = 0;
  for (const input of graph.inputs.slice(0, 2))
    for (const answer of graph.outputs.slice(0, 2)) {
      const row = input.shape.slice(1).map((axis) => (typeof axis === 'number' ? axis : OPEN));
      const output = logitsOf(graph, answer.name, null);
      const model: CutModel = { graph, rows: { [input.name]: row }, output, hash: '', told: TOLD };
      const candidates = candidatesOf(model);
      cuts += candidates.length;
      if (candidates.length === 0) throw whyUncut(model);
      for (const candidate of new Set([candidates[0]!, candidates.at(-1)!])) {
        const answers = sizeOf(knownShapes(candidate.graph).get(output) ?? []) / PROBE;
        const outputs = Math.max(1, Math.min(Math.floor(answers), MOST_CLASSES));
        const slice = makeModelSlice(model, candidate, { task: 'classification', outputs });
        encodeModel(trainingGraph(slice, RECIPE, 2).graph);
        encodeModel(scoringGraph(slice, 2, RECIPE.batch));
      }
    }
  return cuts;
}
