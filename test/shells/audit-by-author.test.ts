import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { owned } from '../audit/owned-rows.ts';
import { smallRepository } from './small-repository.ts';

const EMAIL = 'private@example.com';
const CONFIG = `version: 1
data:
  - {name: train, path: train.csv, label: label, exclude: [owner]}
shadows: {epochs: 30}
`;

test('by author: the history says who committed the rows that expose others, and no address is told', async (t) => {
  const repository = smallRepository(t);
  const [header, ...lines] = owned(180, 'mallory').trimEnd().split('\n');
  let text = `${header}\n`;
  for (const author of ['ann', 'bob', 'cid', 'mallory']) {
    text += lines.filter((line) => line.endsWith(`,${author}`)).join('\n') + '\n';
    repository.commit({ '.github/taster.yml': CONFIG, 'train.csv': text });
    repository.git('commit', '-q', '--amend', '--no-edit', '--author', `${author} <${EMAIL}>`);
  }
  const ran = await repository.taster(
    ...['audit', '--attack', 'contributors', '--by', 'author', '--shadows', '64', '--seed', 'one'],
    ...['--json', 'audit.json', '--html', 'audit.html'],
  );
  assert.equal(ran.code, 0, ran.err);
  assert.match(ran.out.replace(/\s+/g, ' '), /Whose rows expose whom: rows of "mallory" expose \d+ rows of others/);
  const [json, html] = ['audit.json', 'audit.html'].map((name) => readFileSync(join(repository.path, name), 'utf8'));
  const [answer] = JSON.parse(json!).answers;
  assert.deepEqual(answer.tables[1].rows[0].slice(0, 2), ['mallory', 'ann']);
  for (const told of [ran.out, ran.err, json!, html!]) assert.ok(!told.includes(EMAIL));
});
