import type { Config } from '../config/config.ts';
import { oneLine, UserError } from '../errors.ts';
import { type FoundDataSet, filesOf } from '../source/data-sets.ts';
import type { ChangedFile } from '../source/repository.ts';
import { isWeightPath } from '../source/weight-files.ts';

const DATA = /\.(?:csv|tsv|jsonl|ndjson|parquet|npz)(?:\.dvc)?$/i;

/** True where a path looks like data or weights. */
export function isRecognised(path: string): boolean {
  return DATA.test(path) || isWeightPath(path);
}

/** What was assumed and what is not looked at, one sentence each. */
export function remarksOn(
  found: readonly FoundDataSet[],
  changes: readonly ChangedFile[],
  { data }: Pick<Config, 'data'>,
): string[] {
  const taken = filesOf(found);
  const left = data.length === 0 ? [] : changes.filter(({ path }) => DATA.test(path) && !taken.has(path));
  const missing = found.filter(({ base, head }) => base === null && head === null);
  const assumed = data.length > 0 ? [] : found.map(({ path }) => path);
  return [
    ...missing.map(({ name, path }) => oneLine(`${name}: no file at either revision is called ${path}.`, 500)),
    ...(assumed.length > 0
      ? [
          oneLine(
            `Taken for data: ${assumed.slice(0, 5).join(', ')}${assumed.length > 5 ? ` and ${assumed.length - 5} more` : ''}; run \`taster init\` to say what they are.`,
            500,
          ),
        ]
      : []),
    ...(left.length > 0
      ? [
          `${left.length} changed data file${left.length > 1 ? 's are' : ' is'} not in the configuration: not looked at.`,
        ]
      : []),
  ];
}

/** There is no configuration, and nothing to guess at. */
export function nothingRecognisable(configPath: string): UserError {
  return new UserError(
    'nothing-recognisable',
    `There is no ${configPath}, and no file that looks like data or weights.`,
    {
      hint: 'Say in a configuration what the data is (docs/configuration.md), or name the right repository by --repo.',
    },
  );
}
