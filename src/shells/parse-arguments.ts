import { CommanderError, Option, Command as Program } from 'commander';
import { type Command, type OptionSpec, type OptionValue, optionsOf } from '../config/options.ts';
import { readOption } from '../config/read-option.ts';
import { UserError } from '../errors.ts';

/** The command line after parsing. Text that was asked for (help, version) is already written. */
export interface Arguments {
  readonly command: Command;
  readonly operands: readonly string[];
  /** Given values and defaults; an option that neither has is absent. */
  readonly values: Readonly<Record<string, OptionValue>>;
  /** Names of the options that were given, on the command line or by their variable. */
  readonly given: ReadonlySet<string>;
}

const COMMANDS: readonly { readonly name: Command; readonly operands: string; readonly sentence: string }[] = [
  { name: 'review', operands: '', sentence: 'Review a change of training data in a git repository.' },
  {
    name: 'audit',
    operands: '',
    sentence: 'Say what would leak if someone poisoned a data set: the attacks, run on it before an attacker does.',
  },
  {
    name: 'publish',
    operands: '<review.json>',
    sentence: 'Check a written review, come to its verdict again, print it.',
  },
  {
    name: 'rows',
    operands: '<review.json> [finding]',
    sentence: 'Show the rows that a review names, from this repository.',
  },
  { name: 'demo', operands: '', sentence: 'Build a small repository with a poisoned branch, and review it.' },
  { name: 'init', operands: '', sentence: 'Look at the repository, write .github/taster.yml and the workflow.' },
  {
    name: 'explain',
    operands: '<check> [model.onnx]',
    sentence: 'Say what a check asks, why, and how to configure it; `explain slice` says where a model can be cut.',
  },
  { name: 'bot', operands: '', sentence: 'Run the GitHub App; docs/bot.md lists its settings.' },
];
const LATER = {
  commands: ['merge'],
  options: ['--shard', '--out', '--plan'],
};

/** Reads the command line; null where only help or version was wanted. Throws a UserError (`usage`, `not-built`, ...). */
export function parseArguments(
  words: readonly string[],
  { version, env }: { version: string; env: Readonly<Record<string, string | undefined>> },
): Arguments | null {
  refuseLater(words);
  let found: Arguments | null = null;
  const program = new Program('taster').description('Tastes a change of training data before the model eats it.');
  program
    .version(version)
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  for (const { name, operands, sentence } of COMMANDS) {
    const command = program.command(`${name} ${operands}`.trim()).description(sentence);
    command
      .exitOverride()
      .configureOutput({ writeErr: () => {} })
      .allowExcessArguments(false);
    for (const option of optionsOf(name)) command.addOption(flagOf(option));
    command.action((...received: unknown[]) => {
      const given = command.opts<Record<string, string | true>>();
      const texts = received.slice(0, -2).filter((operand): operand is string => typeof operand === 'string');
      found = { command: name, operands: texts, ...valuesOf(optionsOf(name), given, env) };
    });
  }
  if (words.length === 0) {
    program.outputHelp();
    return null;
  }
  try {
    program.parse([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return null;
    throw new UserError('usage', `${error.message.replace(/^error: /, '').replace(/\n/g, ' ')}.`.replace(/\.+$/, '.'), {
      hint: 'See `taster --help`.',
    });
  }
  return found;
}

/** Values are read by our own table, so that the command line and the action say the same about a wrong one. */
function flagOf({ name, type, sentence, default: written }: OptionSpec): Option {
  const flags = type === 'flag' ? `--${name}` : `--${name} <${type === 'path' ? 'path' : 'value'}>`;
  const shown = written === null || type === 'flag' ? '' : ` (default: ${written})`;
  const option = new Option(flags, `${sentence}${shown}`);
  option.attributeName = () => name;
  return option;
}

function valuesOf(
  specs: readonly OptionSpec[],
  given: Readonly<Record<string, string | true>>,
  env: Readonly<Record<string, string | undefined>>,
): Pick<Arguments, 'values' | 'given'> {
  const values: Record<string, OptionValue> = {};
  const named = new Set<string>();
  for (const spec of specs) {
    const fromEnv = spec.env === null ? undefined : env[spec.env] || undefined;
    const own = given[spec.name];
    const text = own === true ? 'true' : (own ?? fromEnv);
    if (text !== undefined) named.add(spec.name);
    const written = text ?? spec.default;
    if (written === null) continue;
    values[spec.name] = readOption(spec, written, own === undefined && fromEnv !== undefined ? spec.env! : undefined);
  }
  return { values, given: named };
}

function refuseLater(words: readonly string[]): void {
  const [command] = words;
  const option = words.find((word) => LATER.options.includes(word.split('=')[0]!));
  const later = command !== undefined && LATER.commands.includes(command) ? `taster ${command}` : option?.split('=')[0];
  if (later === undefined) return;
  throw new UserError('not-built', `\`${later}\` is not in this version.`, {
    hint: 'See `taster --help` for what is.',
  });
}
