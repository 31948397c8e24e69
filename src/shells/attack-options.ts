import type { AuditOptions } from '../audit/attack.ts';
import { attacks } from '../audit/index.ts';
import { oneLine, UserError } from '../errors.ts';
import type { Arguments } from './parse-arguments.ts';

const MOST_COPIES = 1000;

/** What the command line asks of an audit. Throws a UserError (`option-invalid`). */
export function attackOptions(values: Arguments['values']): AuditOptions {
  const named = (values.attack as readonly string[] | undefined) ?? null;
  const known = attacks.map(({ id }) => id);
  for (const id of named ?? [])
    if (!known.includes(id))
      throw new UserError('option-invalid', `--attack: there is no attack "${oneLine(id, 60)}".`, {
        hint: `Name one or more of ${known.join(', ')}.`,
      });
  return {
    attacks: named,
    poisons: copiesOf(values.poisons as readonly string[]),
    targets: values.targets as number,
    thorough: values.thorough === true,
    by: (values.by as string | undefined) ?? null,
  };
}

/** Ascending, each once; 0 is always among them, for it is what the others are held against. */
function copiesOf(words: readonly string[]): number[] {
  const numbers = words.map(Number);
  if (numbers.some((count) => !Number.isInteger(count) || count < 0 || count > MOST_COPIES))
    throw new UserError(
      'option-invalid',
      `--poisons: expected whole numbers from 0 to ${MOST_COPIES} between commas, received ${oneLine(words.join(','), 100)}.`,
      { hint: 'Such as --poisons 0,1,8.' },
    );
  return [...new Set([0, ...numbers])].sort((x, y) => x - y).slice(0, 20);
}
