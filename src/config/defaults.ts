import type { Config } from './config.ts';

/** What holds without a configuration: everything is told, and nothing is enforced but that weights do not run code. */
export const defaultConfig: Config = {
  data: [],
  models: [],
  shadows: { models: 64, budgetSeconds: 300, epochs: 'auto', maxRows: 100_000 },
  checks: {},
  gates: [{ check: 'unsafe-file', data: null, max: null, maxIncrease: null, maxRows: null }],
  onUnknown: 'fail',
  onInfrastructure: 'fail',
  ignore: [],
  comment: 'on-findings',
  samples: false,
};

/** A data set that was found, not configured: read without label, id and holdout unless someone says otherwise. */
export function assumedData(name: string, path: string, label: string | null): Config['data'][number] {
  return {
    name,
    path,
    label,
    classes: null,
    id: null,
    group: null,
    exclude: [],
    text: [],
    image: null,
    sensitive: [],
    holdout: null,
  };
}
