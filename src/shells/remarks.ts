import type { Config } from '../config/config.ts';
import { oneLine } from '../errors.ts';
import type { Review } from '../review/review.ts';
import type { FoundDataSet } from '../source/data-sets.ts';
import type { ChangedFile } from '../source/repository.ts';

const DATA = /\.(?:csv|tsv|jsonl|ndjson|parquet|npz)(?:\.dvc)?$/i;
const WEIGHTS = /\.(?:onnx|safetensors|pt|pth|ckpt|pkl|pickle|joblib|h5|hdf5|keras|gguf|tflite)$/i;

/** True where a path looks like data or weights. */
export function isRecognised(path: string): boolean {
  return DATA.test(path) || WEIGHTS.test(path);
}

/** Changed files that look like model weights. */
export function changedWeights(changes: readonly ChangedFile[]): Review['models'] {
  return changes
    .filter(({ path }) => WEIGHTS.test(path))
    .slice(0, 100)
    .map(({ path, change }) => ({
      path: path.slice(0, 1000),
      change: change === 'added' || change === 'removed' ? change : 'changed',
      slice: '',
    }));
}

/** What was assumed and what is not looked at, one sentence each. */
export function remarksOn(
  found: readonly FoundDataSet[],
  changes: readonly ChangedFile[],
  { data }: Pick<Config, 'data'>,
): string[] {
  const taken = new Set(
    found.flatMap(({ base, head, holdout }) => [base, head, holdout.base, holdout.head].flatMap((side) => side ?? [])),
  );
  const left = data.length === 0 ? [] : changes.filter(({ path }) => DATA.test(path) && !taken.has(path));
  const weights = changedWeights(changes).length;
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
    ...(weights > 0
      ? [
          `${weights} changed file${weights > 1 ? 's hold' : ' holds'} model weights: checks of weights are not in this version.`,
        ]
      : []),
  ];
}
