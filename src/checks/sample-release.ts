import type { Evidence } from '../evidence/evidence.ts';
import type { Experiment } from '../evidence/experiment.ts';
import type { InputGradients } from '../evidence/gradients.ts';
import type { Release, ReleasedScores } from '../evidence/release.ts';
import { hash32, normalAt, uniformAt } from '../tensor/random.ts';
import { answerExperiments } from './sample-ensemble.ts';
import { sampleEvidence, sampleWorld } from './sample-evidence.ts';

const HOLDOUT = 600;

/** A released model that remembers nothing, after one that did not either; and one that answers three nats higher about members. */
export function sampleMembers(seed: number): { readonly faulty: Evidence; readonly clean: Evidence } {
  const world = sampleWorld(seed, { base: 300, added: 20, holdout: HOLDOUT, models: 32 });
  const evidence = sampleEvidence(world);
  const { base: shadows } = evidence.scores;
  const side = (of: number, memory: number): ReleasedScores => {
    const phi = Float32Array.from(evidence.rows, ({ split }, row) => {
      const model = hash32(seed, of, row) % shadows!.models;
      const inside = shadows!.inside[model * evidence.rows.length + row] === 1;
      const other = Array.from({ length: shadows!.models }, (_, at) => at).find(
        (at) => shadows!.inside[at * evidence.rows.length + row] === 0,
      );
      const out = shadows!.phi[(inside ? (other ?? model) : model) * evidence.rows.length + row]!;
      return out + (split === 'train' ? memory : 0);
    });
    const predicted = Int32Array.from(evidence.rows, ({ label }) => label!);
    return { phi, predicted, confidence: new Float32Array(phi.length).fill(0.9) };
  };
  const base = side(1, 0);
  const released = (memory: number): Evidence => ({
    ...evidence,
    release: { base, head: side(2, memory), changed: true, gradients: null },
  });
  return { faulty: released(3), clean: released(0) };
}

/**
 * A released model that is one more of those that its data give; and one that has learned another answer for 2% of the
 * rows, or to lean towards a class by five inputs.
 */
export function sampleHeads(
  seed: number,
  experiments: (evidence: Evidence) => Experiment[],
): { readonly faulty: Evidence; readonly clean: Evidence } {
  const world = sampleWorld(seed, { base: 300, added: 20, models: 8 });
  const evidence = sampleEvidence(world);
  const asReleased = (phi: Float32Array): Release['head'] => ({
    ...{ phi, predicted: Int32Array.from(evidence.rows, ({ label }) => label!) },
    confidence: new Float32Array(phi.length).fill(0.9),
  });
  const nothing = asReleased(new Float32Array(evidence.rows.length));
  const wanted = experiments({
    ...evidence,
    release: { base: nothing, head: nothing, changed: true, gradients: null },
  });
  const answered = answerExperiments(world, wanted).map((result) => ({
    ...result,
    gradients: sampleGradients(evidence, seed, result.experiment.shadows),
  }));
  const [own] = answerExperiments(
    world,
    wanted.map((each) => ({ ...each, seed: each.seed + 1, shadows: 1 })),
  );
  const honest = own!.ensemble!.phi;
  // One kind of fault a seed: other answers, or a shortcut that shows in no answer.
  const isTaught = seed % 2 === 0;
  const taught = honest.map((phi, row) => (row % 50 === 7 ? phi - 6 : phi));
  const plain = sampleGradients(evidence, seed + 1e6, 1);
  const leaning = sampleGradients(evidence, seed + 1e6, 1, 5);
  const released = (phi: Float32Array, gradients: InputGradients): Evidence => ({
    ...evidence,
    experiments: answered,
    release: { base: asReleased(honest), head: asReleased(phi), changed: true, gradients },
  });
  return { faulty: isTaught ? released(taught, plain) : released(honest, leaning), clean: released(honest, plain) };
}

/** Input gradients of models that differ by noise; `lean` standard deviations are added to five inputs of class 1. */
function sampleGradients({ classes }: Evidence, seed: number, models: number, lean = 0): InputGradients {
  const [C, D] = [classes.length, 60];
  const values = Float32Array.from({ length: models * C * D }, (_, at) => {
    const cell = at % (C * D);
    const isMarked = Math.floor(cell / D) === 1 && cell % 12 === 5;
    return 2 * normalAt(17, 0, cell) + normalAt(seed, 1 + Math.floor(at / (C * D)), cell) + (isMarked ? lean : 0);
  });
  return { models, classes: C, width: D, values };
}

/** Two released models of equal worth on a holdout; the faulty one has lost half of what it knew of one class. */
export function sampleReleased(seed: number): { readonly faulty: Evidence; readonly clean: Evidence } {
  const world = sampleWorld(seed, { base: 60, added: 10, holdout: HOLDOUT });
  const evidence = sampleEvidence(world);
  const side = (of: number, loses: boolean): ReleasedScores => {
    const answers = evidence.rows.map(({ label }, row) => {
      const isWrong = uniformAt(hash32(seed, of), row, 0) < (loses && label === 1 ? 0.5 : 0.1);
      const predicted = isWrong ? (label! + 1) % evidence.classes.length : label!;
      return { predicted, confidence: 0.85 + 0.1 * uniformAt(hash32(seed, of), row, 1), phi: isWrong ? -2 : 2 };
    });
    return {
      phi: Float32Array.from(answers, ({ phi }) => phi),
      predicted: Int32Array.from(answers, ({ predicted }) => predicted),
      confidence: Float32Array.from(answers, ({ confidence }) => confidence),
    };
  };
  const base = side(1, false);
  const released = (loses: boolean): Evidence => ({
    ...evidence,
    release: { base, head: side(2, loses), changed: true, gradients: null },
  });
  return { faulty: released(true), clean: released(false) };
}
