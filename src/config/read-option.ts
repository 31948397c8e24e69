import { UserError } from '../errors.ts';
import type { OptionSpec, OptionValue } from './options.ts';
import { parseChoice, parseDuration, parseFlag, parseList, parseWhole } from './values.ts';
import { quote } from './yaml-tree.ts';

/** The value of an option from its text. Throws a UserError (`option-invalid`). `from` is what the message calls it. */
export function readOption(option: OptionSpec, text: string, from: string = `--${option.name}`): OptionValue {
  const value = parse(option, text);
  if (value !== undefined) return value;
  throw new UserError('option-invalid', `${from}: expected ${expectation(option)}, received ${quote(text)}.`, {
    hint: option.sentence,
  });
}

function parse({ type, choices = [], range }: OptionSpec, text: string): OptionValue | undefined {
  if (type === 'flag') return parseFlag(text);
  if (type === 'whole') return parseWhole(text, range ?? { min: 0, max: Number.MAX_SAFE_INTEGER });
  if (type === 'duration') return parseDuration(text);
  if (type === 'list') return parseList(text);
  if (type === 'choice') return parseChoice(text, choices);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  return text.trim() === '' || text.length > 4000 || /[\u0000-\u001f\u007f]/.test(text) ? undefined : text;
}

function expectation({ type, choices = [], range }: OptionSpec): string {
  if (type === 'flag') return 'true or false';
  if (type === 'whole') return range ? `a whole number from ${range.min} to ${range.max}` : 'a whole number';
  if (type === 'duration') return 'a duration such as 90s, 5m or 1h30m';
  if (type === 'list') return 'names between commas';
  if (type === 'choice') return choices.join(' or ');
  return type === 'path' ? 'a path' : 'a text on one line';
}
