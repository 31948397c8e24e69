import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { markdownTable } from 'markdown-table';
import type { Review } from '../../src/review/review.ts';
import { reviewRepository } from './review-repository.ts';

/** Real changes of tables, all honest: name, file, label column where it has one that both sides know. */
const REPLAYS = [
  ['jbrownlee-whitespace-wheat-seeds', 'wheat-seeds.csv', 'column8'],
  ['seaborn-data-penguins-rename-columns', 'penguins.csv', 'species'],
  ['seaborn-data-taxis-clean', 'taxis.csv', 'payment'],
  ['jbrownlee-drop-id-glass', 'glass.csv', null],
  ['jbrownlee-fix-row-new-thyroid', 'new-thyroid.csv', null],
  ['mlnet-fix-iris', 'test/data/iris.txt', null],
] as const;

/** Replays real pull requests through the command line: what each is told as. */
export function replayAll(data: string): string {
  const lines = REPLAYS.filter(([name]) => existsSync(join(data, 'pr-replays', name))).map(([name, file, label]) => {
    const { verdict, findings, data: sets } = replay(join(data, 'pr-replays', name), file, label);
    const rows = sets[0]?.rows;
    const told = findings.filter(({ outcome }) => outcome !== 'pass' && outcome !== 'not-applicable');
    return [
      name,
      verdict,
      rows ? `+${rows.added} -${rows.removed} ~${rows.changed}` : '–',
      told.map(({ check, outcome, summary }) => `${check} ${outcome}: ${summary}`).join('; '),
    ];
  });
  return markdownTable([['change', 'verdict', 'rows', 'told as'], ...lines]);
}

function replay(source: string, file: string, label: string | null): Review {
  return reviewRepository({
    config: `version: 1\ndata:\n  - {name: data, path: "${file}"${label ? `, label: ${label}` : ''}}\nshadows: {models: 32, budget: 60s}\n`,
    base: (folder) => cpSync(join(source, 'base'), folder, { recursive: true }),
    head: (folder) => cpSync(join(source, 'head'), folder, { recursive: true }),
  });
}
