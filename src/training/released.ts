import type { ReleasedScores } from '../evidence/release.ts';
import type { PoolRow } from '../evidence/rows.ts';
import { runTrunk } from '../features/trunk.ts';
import type { Runtime } from '../onnx/runtime.ts';
import { answersOf } from './cut-model.ts';
import type { OwnModel } from './own-model.ts';

/** Runs a whole model over all rows as it was submitted. Throws a UserError where it does not answer each class. */
export async function releasedScores(
  { model, inputs, candidates }: OwnModel,
  at: {
    readonly rows: readonly PoolRow[];
    readonly task: 'classification' | 'regression';
    /** C; 1 for regression. */
    readonly outputs: number;
    readonly runtime: Runtime;
  },
  progress: (share: number) => void,
): Promise<ReleasedScores> {
  const { rows, runtime, task } = at;
  const { width, graph } = answersOf(model, candidates[0]!, at);
  const order = { graph, domains: model.domains, inputs, rows: rows.length, width, runtime };
  const answers = await runTrunk(order, progress);
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
