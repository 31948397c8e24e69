import type { Check } from '../checks/check.ts';
import { checks as builtChecks } from '../checks/index.ts';
import { oneLine } from '../errors.ts';
import { defaultConfig } from './defaults.ts';
import { type FoundFile, type FoundFolder, type ProposedData, proposeData } from './propose-data.ts';
import { type FoundModel, proposeModels } from './propose-models.ts';
import { guessed, listed } from './yaml-word.ts';

/** What `taster init` found in a repository. */
export interface FoundRepository {
  readonly files: readonly FoundFile[];
  readonly folders?: readonly FoundFolder[];
  /** ONNX models. */
  readonly models?: readonly FoundModel[];
  /** Paths of all files of weights. */
  readonly weights?: readonly string[];
  /** Paths of files that may hold data in another form. */
  readonly others?: readonly string[];
  /** What could not be looked at, and why: a sentence each. */
  readonly problems?: readonly string[];
  readonly checks?: readonly Check[];
  /** The action as a workflow names it. */
  readonly action?: { readonly action: string; readonly version: string };
}

const GATED = ['conflicting-copies', 'amplification'];
/** What is gated without a configuration must not be lost by having one written. */
const GATED_ALWAYS = defaultConfig.gates.map(({ check }) => check);
/** Formats that this version knows by name alone. */
const UNREAD = /\.(?:h5|hdf5|keras|gguf|tflite)(?:\.dvc)?$/i;

/** A `.github/taster.yml` for what was found: a guess that a person is to read, never more than the files say. */
export function proposeConfig(found: FoundRepository): string {
  const { files, folders = [], models = [], weights = [], others = [], problems = [], action } = found;
  const { data, leftOut } = proposeData(files, folders);
  const at = action && `${action.action}/${action.version}`;
  const lines = [
    ...(action ? [`# yaml-language-server: $schema=https://raw.githubusercontent.com/${at}/docs/taster.schema.json`] : []),
    `# What Taster reviews. Written by "taster init", which says beside each key what it guessed: correct what is wrong.`,
    `# Every key: ${action ? `https://github.com/${action.action}/blob/${action.version}/` : ''}docs/configuration.md`,
    'version: 1',
    ...(data.length > 0 ? ['data:', ...data.flatMap((one) => one.lines)] : withoutData(weights, others)),
    ...[...leftOut, ...problems].map((sentence) => `# ${oneLine(sentence, 300)}`),
    ...proposeModels(models, data),
    ...proposeGates(data, weights, found.checks ?? builtChecks),
  ]; // biome-ignore format: a part a line
  return `${lines.join('\n')}\n`;
}

/** An example to fill in, for data that are kept in another form or elsewhere. */
function withoutData(weights: readonly string[], others: readonly string[]): string[] {
  const found = weights.length > 0 ? ` Weights: ${listed(weights)}.` : '';
  const perhaps = `# Perhaps data: ${listed(others)}. A text file of rows can be named whatever its ending; other forms are to be converted.`; // biome-ignore format: one sentence
  return [
    `# No data set was found.${found} Without "data", files of data that a change brings are looked at as they come.`,
    ...(others.length > 0 ? [perhaps] : []),
    '# data:',
    '#   - path: data/train.csv # csv, tsv, jsonl, ndjson, parquet, npy, npz; or a folder of images with "image: folder"',
    '#     label: NAME # the column to be predicted',
    '#     holdout: data/test.csv # the rows that the model is evaluated on',
  ];
}

function proposeGates(data: readonly ProposedData[], weights: readonly string[], checks: readonly Check[]): string[] {
  const hasLabel = data.some(({ label, classes }) => label !== null || classes !== null);
  const wanted = [...(hasLabel ? GATED : []), ...GATED_ALWAYS];
  const gates = checks.filter(({ id }) => wanted.includes(id));
  if (gates.length === 0) return [];
  const unread = weights.filter((path) => UNREAD.test(path));
  return [
    '# What makes the required check red; everything else is told, not enforced.',
    'gates:',
    ...wanted.flatMap((id) => gates.filter((gate) => gate.id === id)).map(({ id, question }) => guessed(`  ${id}: fail`, question)),
    ...(unread.length > 0
      ? [
          `# ${listed(unread, 4)}: a format that this version does not read. A change of it ends without a verdict (exit code 2),`,
          '# unless you accept what could not be told:',
          '# on-unknown: pass',
        ]
      : []),
  ]; // biome-ignore format: a part a line
}
