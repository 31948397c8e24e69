import { readFileSync, writeFileSync } from 'node:fs';
import { markdownTable } from 'markdown-table';
import { attacks } from '../src/audit/index.ts';
import { optionsOf } from '../src/config/options.ts';
import { fillTables } from './fill-tables.ts';

const FILE = new URL('../docs/audit.md', import.meta.url);

const code = (text: string) => `\`${text}\``;
const DEFAULT = { attacks: null, poisons: [0], targets: 1, thorough: false, by: null };

/** When an audit runs it where no attack is named. */
function whenRun({ isDefault }: (typeof attacks)[number]): string {
  if (isDefault(DEFAULT)) return 'always';
  if (isDefault({ ...DEFAULT, by: 'author' })) return 'with `--by`';
  return isDefault({ ...DEFAULT, thorough: true }) ? 'with `--thorough`' : 'where it is named';
}

function attackList(): string {
  const rows = attacks.map((attack) => [code(attack.id), attack.question, whenRun(attack)]);
  return markdownTable([['Attack', 'Question', 'Runs'], ...rows]);
}

function auditOptions(): string {
  const rows = optionsOf('audit').map(({ name, default: value, sentence, choices = [] }) => [
    code(`--${name}`),
    value === null ? '' : code(value),
    choices.length > 0 ? `${sentence} One of ${choices.map(code).join(', ')}.` : sentence,
  ]);
  return markdownTable([['Option', 'Default', ''], ...rows]);
}

/** docs/audit.md with its tables as the code has them. Throws where a table's place is missing. */
export const withAuditTables = (text: string): string =>
  fillTables(text, { attacks: attackList, 'audit options': auditOptions });

if (import.meta.main) writeFileSync(FILE, withAuditTables(readFileSync(FILE, 'utf8')));
