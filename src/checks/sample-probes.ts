import type { Evidence } from '../evidence/evidence.ts';
import type { Probe } from '../evidence/probes.ts';
import { hash32, normalAt } from '../tensor/random.ts';
import { sampleEvidence, sampleWorld } from './sample-evidence.ts';

const [ROWS, VALUES] = [100, 3];
/** What a model remembers of a row's sensitive value, in nats, and what a poisoned one does. */
const [MEMORY, POISONED] = [0.3, 1.5];

/** Models that remember sensitive values a little, before and after; and after a change by which they remember them well. */
export function sampleProbes(seed: number): { readonly faulty: Evidence; readonly clean: Evidence } {
  const world = sampleWorld(seed, { base: 300, added: 20, models: 32 });
  const evidence = sampleEvidence(world);
  const rows = Array.from({ length: ROWS }, (_, row) => row);
  const truth = rows.map((row) => hash32(seed, row, 0x5e5) % VALUES);
  const { models, rows: N } = evidence.scores.base!;
  const answers = (ensemble: 'base' | 'with', memory: number) =>
    Float32Array.from({ length: models * ROWS * VALUES }, (_, cell) => {
      const [model, row, value] = [Math.floor(cell / (ROWS * VALUES)), Math.floor(cell / VALUES) % ROWS, cell % VALUES];
      const bit = evidence.scores[ensemble]!.inside[model * N + row]!;
      const fits = normalAt(hash32(seed, row), value);
      const isTrue = value === truth[row];
      return 2 + fits + normalAt(hash32(seed, model, row), 0) + 0.5 * normalAt(hash32(seed, model, row, 1), value) + (isTrue ? memory * bit : 0); // biome-ignore format: one idea
    });
  const withProbes = (memory: number): Evidence => {
    const probe: Probe = {
      ...{ column: 'sex', values: VALUES, rows, near: 0, contradicted: 0, truth },
      base: answers('base', MEMORY),
      with: answers('with', memory),
    };
    return { ...evidence, probes: { asked: [probe], unasked: [] } };
  };
  return { faulty: withProbes(POISONED), clean: withProbes(MEMORY) };
}
