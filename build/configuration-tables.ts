import { readFileSync, writeFileSync } from 'node:fs';
import { markdownTable } from 'markdown-table';
import { checkFamilies } from '../src/checks/ids.ts';
import { checks } from '../src/checks/index.ts';
import { actionInputs, options } from '../src/config/options.ts';
import { fillTables } from './fill-tables.ts';

const FILE = new URL('../docs/configuration.md', import.meta.url);

const code = (text: string) => `\`${text}\``;
const words = (text: string, choices: readonly string[] = []) =>
  choices.length > 0 ? `${text} One of ${choices.map(code).join(', ')}.` : text;

function commandLine(): string {
  const rows = options
    .filter(({ commands }) => commands.length > 0)
    .map(({ name, commands, default: value, sentence, choices, env }) => [
      code(`--${name}`),
      commands.join(', '),
      value === null ? '' : code(value),
      words(sentence, choices) + (env === null ? '' : ` Environment: ${code(env)}.`),
    ]);
  return markdownTable([['Option', 'Commands', 'Default', ''], ...rows]);
}

function inputs(): string {
  const rows = actionInputs().map(({ name, default: value, sentence, choices }) => [
    code(name),
    value === null ? '' : code(value),
    words(sentence, choices),
  ]);
  return markdownTable([['Input', 'Default', ''], ...rows]);
}

function checkList(): string {
  const rows = checks.map(({ id, family, question, gateMetric }) => [
    code(id),
    family,
    question,
    gateMetric === null ? '' : code(gateMetric),
  ]);
  const later = [...checkFamilies.keys()].filter((id) => checks.every((check) => check.id !== id));
  return `${markdownTable([['Check', 'Family', 'Question', 'Figure of `max`, `max_increase`'], ...rows])}

Known words, not in this version: ${later.map(code).join(', ')}.`;
}

function checkOptions(): string {
  const rows = checks.flatMap(({ id, options: own }) =>
    Object.entries(own).map(([name, { default: value, min, max, unit, sentence }]) => [
      code(id),
      code(name),
      String(value),
      `${min} to ${max}`,
      unit,
      sentence,
    ]),
  );
  return markdownTable([['Check', 'Option', 'Default', 'Range', 'Unit', ''], ...rows]);
}

/** The tables of docs/configuration.md, by the name of the comment that stands before each. */
const tables: Readonly<Record<string, () => string>> = {
  'command line': commandLine,
  inputs,
  checks: checkList,
  'check options': checkOptions,
};

/** The page with its tables as the code has them. Throws where a table's place is missing. */
export const withTables = (text: string): string => fillTables(text, tables);

if (import.meta.main) writeFileSync(FILE, withTables(readFileSync(FILE, 'utf8')));
