import type { ReleasedScores } from '../evidence/release.ts';
import type { PoolRow } from '../evidence/rows.ts';
import { runTrunk } from '../features/trunk.ts';
import type { Runtime } from '../onnx/runtime.ts';
import type { Shape } from '../tensor/shape.ts';
import { answersOf } from './cut-model.ts';
import type { ModelSlice } from './model-slice.ts';
import type { OwnModel } from './own-model.ts';

interface Asking {
  readonly rows: readonly PoolRow[];
  readonly task: 'classification' | 'regression';
  /** C; 1 for regression. */
  readonly outputs: number;
  readonly runtime: Runtime;
}

/** Runs a whole model over all rows as it was submitted. Throws a UserError where it does not answer each class. */
export async function releasedScores(
  { model, inputs, candidates }: OwnModel,
  at: Asking,
  progress: (share: number) => void,
): Promise<ReleasedScores> {
  const { width, graph } = answersOf(model, candidates[0]!, at);
  const order = { graph, domains: model.domains, inputs, rows: at.rows.length, width, runtime: at.runtime };
  return scoresOf(await runTrunk(order, progress), width, at);
}

/**
 * The same of a model whose trunk has been run over the rows: only what lies behind the cut, with its own weights.
 * @param features [N,D] what the slice takes in: floats.
 */
export async function releasedSliceScores(
  slice: ModelSlice,
  features: Float32Array,
  at: Asking,
  progress: (share: number) => void,
): Promise<ReleasedScores> {
  const { width, answers } = slice;
  const { name, shape } = slice.at(1).inputs[0]!;
  const read = (start: number, count: number) => features.subarray(start * width, (start + count) * width);
  const inputs = [{ name, type: 'float32' as const, row: shape.slice(1) as Shape, read }];
  const order = { graph: slice.at, inputs, rows: at.rows.length, width: answers, runtime: at.runtime };
  return scoresOf(await runTrunk(order, progress), answers, at);
}

function scoresOf(answers: Float32Array, width: number, { rows, task }: Asking): ReleasedScores {
  return task === 'regression' ? errorsOf(answers, rows) : classesOf(answers, width, rows);
}

function errorsOf(answers: Float32Array, rows: readonly PoolRow[]): ReleasedScores {
  const phi = Float32Array.from(rows, ({ label }, row) =>
    label === null ? Number.NaN : -((answers[row]! - label) ** 2),
  );
  const none = new Float32Array(rows.length).fill(Number.NaN);
  return { phi, predicted: new Int32Array(rows.length).fill(-1), confidence: none };
}

/** @param answers [N,width] logits; one logit is that of the second class against a first one of 0. */
function classesOf(answers: Float32Array, width: number, rows: readonly PoolRow[]): ReleasedScores {
  const phi = new Float32Array(rows.length);
  const predicted = new Int32Array(rows.length);
  const confidence = new Float32Array(rows.length);
  rows.forEach(({ label }, row) => {
    const own = answers.subarray(row * width, (row + 1) * width);
    const logits = width === 1 ? [0, own[0]!] : Array.from(own);
    const best = logits.indexOf(Math.max(...logits));
    predicted[row] = best;
    confidence[row] = 1 / (1 + Math.exp(-marginOf(logits, best)));
    phi[row] = label === null ? Number.NaN : marginOf(logits, label);
  });
  return { phi, predicted, confidence };
}

/** z_y - log sum of exp z_j over the others, without overflow. */
function marginOf(logits: readonly number[], label: number): number {
  const others = logits.filter((_, other) => other !== label);
  const largest = Math.max(...others);
  return logits[label]! - largest - Math.log(others.reduce((sum, logit) => sum + Math.exp(logit - largest), 0));
}
