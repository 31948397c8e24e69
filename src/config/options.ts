export type Command = 'review' | 'audit' | 'publish' | 'rows' | 'demo' | 'init' | 'explain' | 'bot';

export type OptionValue = string | number | boolean | readonly string[];

/** One option: on the command line `--name`, in the action the input `name`. */
export interface OptionSpec {
  readonly name: string;
  /** `duration` gives seconds; `list` splits at commas; `flag` takes no value on the command line. */
  readonly type: 'text' | 'path' | 'flag' | 'whole' | 'duration' | 'list' | 'choice';
  readonly choices?: readonly string[];
  readonly range?: { readonly min: number; readonly max: number };
  /** As it would be written; null where something else decides (said in the sentence). */
  readonly default: string | null;
  readonly sentence: string;
  readonly commands: readonly Command[];
  /** True where the action has an input of this name. */
  readonly input: boolean;
  /** Environment variable that is read where the option is not given. */
  readonly env: string | null;
}

const none = { default: null, commands: [], input: false, env: null } as const;
const output = { ...none, type: 'path', commands: ['review', 'publish', 'demo'] } as const;

/** Every option of the command line and every input of the action: help, action.yml and docs follow this table. */
export const options: readonly OptionSpec[] = [
  {
    ...none,
    name: 'repo',
    type: 'path',
    default: '.',
    commands: ['review', 'audit', 'rows', 'init'],
    sentence: 'The repository to look at.',
  },
  {
    ...none,
    name: 'working-directory',
    type: 'path',
    default: '.',
    input: true,
    sentence: 'The repository to look at, relative to the workspace.',
  },
  {
    ...none,
    name: 'base',
    type: 'text',
    commands: ['review'],
    sentence: 'The revision to compare with; without it, the merge base with the default branch.',
  },
  {
    ...none,
    name: 'head',
    type: 'text',
    default: 'HEAD',
    commands: ['review', 'audit'],
    sentence: 'The revision to review or audit; WORKTREE for the files as they are on disk.',
  },
  {
    ...none,
    name: 'config',
    type: 'path',
    default: '.github/taster.yml',
    commands: ['review', 'audit', 'init'],
    input: true,
    sentence: 'The configuration file; the action reads it from the tip of the target branch.',
  },
  {
    ...none,
    name: 'mode',
    type: 'choice',
    choices: ['review', 'publish'],
    default: 'review',
    input: true,
    sentence: 'What this step does: review the change (needs no token), or publish the review of an earlier job.',
  },
  {
    ...none,
    name: 'id',
    type: 'text',
    default: 'taster',
    input: true,
    sentence: 'Names the sticky comment and the artifact: one of each per id.',
  },
  {
    ...output,
    name: 'json',
    commands: ['review', 'audit', 'publish', 'demo'],
    sentence: 'Write the review, or the audit, as JSON to this file.',
  },
  { ...output, name: 'markdown', sentence: 'Write the report as markdown to this file.' },
  { ...output, name: 'sarif', sentence: 'Write the findings as SARIF 2.1.0, for code scanning, to this file.' },
  {
    ...output,
    name: 'html',
    commands: ['review', 'audit', 'publish', 'demo'],
    sentence: 'Write the report as one self-contained page to this file.',
  },
  {
    ...none,
    name: 'budget',
    type: 'duration',
    commands: ['review', 'audit'],
    input: true,
    sentence:
      'Longest time for training shadow models, such as 90s or 5m; without it, a review takes what the configuration says, an audit 10m (thorough: 4h).',
  },
  {
    ...none,
    name: 'shadows',
    type: 'whole',
    range: { min: 8, max: 1024 },
    commands: ['review', 'audit'],
    sentence: 'Shadow models per ensemble; without it, the configuration says.',
  },
  {
    ...none,
    name: 'seed',
    type: 'text',
    commands: ['review', 'audit', 'demo'],
    sentence: 'The nonce of an earlier plan, to reproduce its review or audit; without it, one is drawn for this run.',
  },
  {
    ...none,
    name: 'device',
    type: 'choice',
    choices: ['auto', 'cpu', 'webgpu', 'cuda'],
    default: 'auto',
    commands: ['review', 'audit'],
    input: true,
    sentence: 'Where shadow models are trained; what really ran is named in the report.',
  },
  {
    ...none,
    name: 'only',
    type: 'list',
    commands: ['review'],
    sentence: 'Run only these checks; a gated check that is left out makes the verdict unknown.',
  },
  {
    ...none,
    name: 'dry-run',
    type: 'flag',
    default: 'false',
    commands: ['review'],
    sentence: 'Make the plan, predict its cost, train nothing.',
  },
  {
    ...none,
    name: 'memory',
    type: 'whole',
    range: { min: 128, max: 1_048_576 },
    commands: ['review', 'audit', 'demo'],
    sentence: 'Most memory of the engine in MiB; without it, four fifths of what the machine has.',
  },
  {
    ...none,
    name: 'data',
    type: 'text',
    commands: ['audit'],
    sentence: 'The data set to audit, by its configured name or its path; without it, all of them.',
  },
  {
    ...none,
    name: 'attack',
    type: 'list',
    commands: ['audit'],
    sentence: 'Run only these attacks; without it, those that a default audit has time for.',
  },
  {
    ...none,
    name: 'poisons',
    type: 'list',
    default: '0,1,2,4,8,16',
    commands: ['audit'],
    sentence: 'Wrong-label copies that are planted of each target, one run each.',
  },
  {
    ...none,
    name: 'targets',
    type: 'whole',
    range: { min: 1, max: 100_000 },
    default: '200',
    commands: ['audit'],
    sentence: 'Rows that are attacked, at random and the worst; at most half of the data set.',
  },
  {
    ...none,
    name: 'by',
    type: 'text',
    commands: ['audit'],
    sentence:
      'Column that names contributors, or `author` for who committed each line: says what the rows of each do to the others.',
  },
  {
    ...none,
    name: 'thorough',
    type: 'flag',
    default: 'false',
    commands: ['audit'],
    sentence: 'Everything, for hours: every attack, all its variants, larger samples.',
  },
  {
    ...none,
    name: 'keep',
    type: 'path',
    commands: ['demo'],
    sentence: 'Build the repository in this new folder, and leave it there.',
  },
  {
    ...none,
    name: 'comment',
    type: 'choice',
    choices: ['always', 'on-findings', 'never'],
    input: true,
    sentence: 'When to write the comment; without it, the configuration says.',
  },
  {
    ...none,
    name: 'on-unknown',
    type: 'choice',
    choices: ['fail', 'pass'],
    input: true,
    commands: ['publish'],
    sentence: 'How a gated check that could not tell reads; without it, the configuration says.',
  },
  {
    ...none,
    name: 'token',
    type: 'text',
    input: true,
    env: 'GITHUB_TOKEN',
    sentence:
      'Token with pull-requests: write and contents: read, after workflow_run also statuses: write, for mode publish; leave it out of mode review.',
  },
  {
    ...none,
    name: 'runtime-path',
    type: 'path',
    commands: ['review', 'audit', 'demo', 'init'],
    input: true,
    env: 'TASTER_RUNTIME_PATH',
    sentence:
      'Folder that holds the native files of onnxruntime and DuckDB; without it they are looked for, then fetched.',
  },
  {
    ...none,
    name: 'registry',
    type: 'text',
    default: 'https://registry.npmjs.org',
    commands: ['review', 'audit', 'demo', 'init'],
    input: true,
    env: 'TASTER_REGISTRY',
    sentence: 'npm registry that native files are fetched from; they are checked against pinned hashes.',
  },
];

/** The options of one command, in the order of the table. */
export function optionsOf(command: Command): readonly OptionSpec[] {
  return options.filter(({ commands }) => commands.includes(command));
}

/** The inputs of the action, in the order of the table. */
export function actionInputs(): readonly OptionSpec[] {
  return options.filter(({ input }) => input);
}
