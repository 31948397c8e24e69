import type { Evidence } from '../evidence/evidence.ts';
import type { Experiment } from '../evidence/experiment.ts';
import type { Ensemble } from '../evidence/scores.ts';
import { hash32, normalAt } from '../tensor/random.ts';
import { answerExperiments } from './sample-ensemble.ts';
import { sampleEvidence, sampleWorld } from './sample-evidence.ts';

/** Models that learn their canaries by heart, and models that answer about them as if they had never seen them. */
export function sampleCanaries(
  seed: number,
  experiment: (evidence: Evidence) => Experiment | null,
): { readonly faulty: Evidence; readonly clean: Evidence } {
  const world = sampleWorld(seed, { base: 300, added: 20, models: 32 });
  const evidence = sampleEvidence(world);
  const [result] = answerExperiments(world, [experiment(evidence)!]);
  const { ensemble } = result!;
  const faulty = { ...evidence, experiments: [result!] };
  const forgotten = { ...ensemble!, phi: unlearned(ensemble!, { from: world.rows.length, seed }) };
  return { faulty, clean: { ...evidence, experiments: [{ ...result!, ensemble: forgotten }] } };
}

/** Scores in which whoever trained on a canary draws from the same distribution as those who did not. */
function unlearned(
  { phi, inside, models, rows }: Ensemble,
  { from, seed }: { from: number; seed: number },
): Float32Array {
  return phi.map((value, cell) => {
    const row = cell % rows;
    if (row < from || inside[cell] === 0) return value;
    const out = Array.from({ length: models }, (_, model) => model * rows + row).filter((at) => inside[at] === 0);
    const mean = out.reduce((sum, at) => sum + phi[at]!, 0) / out.length;
    return mean + normalAt(hash32(seed, 0xf0b6), cell);
  });
}
