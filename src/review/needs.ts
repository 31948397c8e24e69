import type { Check, Need } from '../checks/check.ts';
import type { Evidence } from '../evidence/evidence.ts';

const MISSING: Readonly<Record<Need, string>> = {
  base: 'The data set is new: there is no base to compare with.',
  head: 'The data set is gone at head.',
  label: 'No label column is named, so supervised checks do not apply.',
  classes: 'The labels are no classes.',
  holdout: 'No holdout is named.',
  features: 'No features could be made of the columns.',
  shadows: 'No shadow models could be trained: there are no labelled rows.',
  ensembles: 'No shadow models could be trained: there are no labelled rows at both revisions.',
  screen: 'No labelled row arrives or leaves.',
  sensitive: 'There is no column that the configuration calls `sensitive`.',
  release: 'No model is declared for this data set.',
  secrets: 'Secrets were not looked for.',
  extraction: 'No language models were trained.',
  weights: 'It is no file of weights.',
};

/** Why a check does not apply to this evidence; null when it does. */
export function unmetNeed(check: Pick<Check, 'needs'>, evidence: Evidence): string | null {
  const { scores, columns, rows, task } = evidence;
  const bothRevisions = scores.base !== null && scores.with !== null;
  const met: Readonly<Record<Need, boolean>> = {
    base: columns.base !== null,
    head: columns.head !== null,
    label: task !== 'unlabelled',
    classes: task === 'classification',
    holdout: rows.some(({ split }) => split === 'holdout'),
    features: evidence.features !== null,
    shadows: bothRevisions || (scores.base === null && scores.screen !== null),
    ensembles: bothRevisions,
    screen: scores.screen !== null,
    sensitive: (evidence.probes ?? null) !== null,
    release: evidence.release !== null,
    secrets: evidence.secrets !== undefined,
    extraction: evidence.extraction !== undefined,
    weights: evidence.weights !== null,
  };
  const missing = check.needs.find((need) => !met[need]);
  return missing === undefined ? null : MISSING[missing];
}
