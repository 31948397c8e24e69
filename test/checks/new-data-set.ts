import { type SampleWorld, sampleEnsemble } from '../../src/checks/sample-ensemble.ts';
import { sampleEvidence } from '../../src/checks/sample-evidence.ts';
import type { Evidence } from '../../src/evidence/evidence.ts';

/** Evidence about a made-up world that has no base: one ensemble, half of its own rows in each model. */
export function newDataSet(world: SampleWorld): Evidence {
  const evidence = sampleEvidence({ ...world, models: 0 });
  const rows = evidence.rows.map((row) => ({ ...row, inBase: false, change: 'added' as const }));
  return {
    ...evidence,
    rows,
    columns: { ...evidence.columns, base: null },
    scores: { base: null, with: null, screen: sampleEnsemble(world, { name: 'screen' }) },
  };
}
