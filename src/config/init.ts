import type { Check } from '../checks/check.ts';
import { checks as builtChecks } from '../checks/index.ts';
import type { ColumnSummary } from '../evidence/column.ts';
import { guessLabel, isPlainText } from '../table/guess-label.ts';
import { defaultConfig } from './defaults.ts';
import { isRepoPath } from './schema-value.ts';

/** A data file that was found in the repository, and how its columns read. */
export interface FoundFile {
  readonly path: string;
  readonly rows: number;
  readonly columns: readonly Pick<ColumnSummary, 'name' | 'kind' | 'missing' | 'distinct'>[];
}

const HOLDOUT = /(^|[-_.])(test|holdout|valid|validation|eval|dev)([-_.]|$)/i;
const SENSITIVE = /^(race|sex|gender|age|religion|ethnicity|nationality|disability)$/i;
const GATED = ['conflicting-copies', 'amplification'];
/** What is gated without a configuration must not be lost by having one written. */
const GATED_ALWAYS = defaultConfig.gates.map(({ check }) => check);

/** A `.github/taster.yml` for what was found: a guess that a person is to read, never more than the file says. */
export function proposeConfig({
  files,
  models = [],
  checks = builtChecks,
}: {
  files: readonly FoundFile[];
  /** Paths of ONNX models. */
  models?: readonly string[];
  checks?: readonly Check[];
}): string {
  const usable = files.filter(({ path }) => isPlainText(path, 1000) && isRepoPath(path));
  const holdouts = new Map(usable.flatMap((file) => trainOf(file, usable).map((train) => [train, file] as const)));
  const held = new Set(holdouts.values());
  const trained = usable.filter((file) => !held.has(file)).slice(0, 100);
  const lines = ['# What Taster reviews; every key is described in docs/configuration.md.', 'version: 1'];
  if (trained.length > 0) lines.push('data:');
  const names = new Set<string>();
  for (const file of trained) lines.push(...dataLines(file, freshName(file.path, names), holdouts.get(file)));
  lines.push(...modelLines(models, names));
  const wanted = [...(trained.some((file) => guessLabel(file) !== null) ? GATED : []), ...GATED_ALWAYS];
  const gates = wanted.filter((id) => checks.some((check) => check.id === id));
  if (gates.length > 0) {
    lines.push('# What makes the required check red; everything else is told, not enforced.', 'gates:');
    for (const id of gates) lines.push(`  ${id}: fail`);
  }
  return `${lines.join('\n')}\n`;
}

const MOST_MODELS = 10;

/** Commented out: whether a model reads these columns as they stand, only someone who knows it can say. */
function modelLines(models: readonly string[], data: ReadonlySet<string>): string[] {
  const usable = models.filter((path) => isPlainText(path, 1000) && isRepoPath(path)).slice(0, MOST_MODELS);
  const [name] = data;
  if (usable.length === 0 || name === undefined) return [];
  return [
    '# The last layers of a model of yours can be retrained instead of a built-in one, where it reads the columns as they are.',
    '# models:',
    ...usable.map((path) => `#   - {path: ${word(path)}, data: ${word(name)}}`),
  ];
}

function dataLines(file: FoundFile, name: string, holdout: FoundFile | undefined): string[] {
  const label = guessLabel(file);
  const columns = file.columns.filter((column) => isPlainText(column.name, 200));
  const id = columns.find(
    (column) => /(^|[-_ ])id$/i.test(column.name) && column.distinct === file.rows && column.missing === 0,
  );
  const pick = (test: (column: FoundFile['columns'][number]) => boolean) =>
    columns
      .filter((column) => column.name !== label && column !== id && test(column))
      .map((column) => word(column.name));
  const text = pick((column) => column.kind === 'text');
  const sensitive = pick((column) => SENSITIVE.test(column.name));
  const lines = [`  - name: ${word(name)}`, `    path: ${word(file.path)}`];
  lines.push(
    label === null
      ? '    # label: which column is to be predicted? Without it only some checks can run.'
      : `    label: ${word(label)}`,
  );
  if (id) lines.push(`    id: ${word(id.name)}`);
  if (text.length > 0) lines.push(`    text: [${text.join(', ')}]`);
  if (sensitive.length > 0) lines.push(`    sensitive: [${sensitive.join(', ')}]`);
  if (holdout) lines.push(`    holdout: ${word(holdout.path)}`);
  return lines;
}

/** The training file that a holdout file belongs to: same folder or a sibling, same columns. */
function trainOf(file: FoundFile, files: readonly FoundFile[]): FoundFile[] {
  if (!HOLDOUT.test(stem(file.path))) return [];
  const header = JSON.stringify(file.columns.map(({ name }) => name));
  const candidates = files.filter(
    (other) => !HOLDOUT.test(stem(other.path)) && header === JSON.stringify(other.columns.map(({ name }) => name)),
  );
  const beside = candidates.filter((other) => folder(other.path) === folder(file.path));
  return (beside.length > 0 ? beside : candidates).slice(0, 1);
}

function freshName(path: string, taken: Set<string>): string {
  const wanted = stem(path).trim().slice(0, 190) || 'data';
  let name = wanted;
  for (let count = 2; taken.has(name); count++) name = `${wanted}-${count}`;
  taken.add(name);
  return name;
}

function stem(path: string): string {
  return (path.split('/').at(-1) ?? path).replace(/(?<=.)\.[^.]*$/, '');
}

function folder(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** A YAML scalar: plain where nothing can be misread, quoted otherwise. */
function word(text: string): string {
  const plain = /^[A-Za-z_][\w./-]*$/.test(text) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(text);
  return plain ? text : JSON.stringify(text);
}
