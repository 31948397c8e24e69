import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseConfig } from '../../src/config/parse.ts';
import { uniformAt } from '../../src/tensor/random.ts';
import { aReview } from '../fixtures/engine-messages.ts';
import { CONFIG, smallRepository, table } from './small-repository.ts';

/** Rows whose label is a coin's: to be right about one is to remember it. */
const coins = (seed: number, count: number) => {
  const cells = (row: number) => Array.from({ length: 8 }, (_, column) => uniformAt(seed, row, column).toFixed(3));
  const lines = Array.from(
    { length: count },
    (_, row) => `${cells(row)},${uniformAt(seed, row, 8) < 0.5 ? 'yes' : 'no'}`,
  );
  return `${['a,b,c,d,e,f,g,h,label', ...lines].join('\n')}\n`;
};

const QUICK = ['--only', 'row-diff,conflicting-copies'];

test('review writes what was asked for, publish reads it again, rows shows the named rows', async (t) => {
  const repository = smallRepository(t);
  const base = repository.commit({
    '.github/taster.yml': `${CONFIG}gates: {conflicting-copies: {max_rows: 0}}\n`,
    'train.csv': table(),
  });
  repository.git('checkout', '-q', '-b', 'change');
  repository.commit({ 'train.csv': table(60, ['4,5,no']) });
  const written = ['--json', 'out/review.json', '--markdown', 'out/comment.md', '--sarif', 'out/review.sarif'];
  const args = ['--base', base, ...QUICK, ...written];
  const reviewed = await repository.taster('review', ...args);
  assert.equal(reviewed.code, 1, reviewed.err);
  assert.match(reviewed.out, /train\.csv:62 like train\.csv:6 in base/);
  assert.match(readFileSync(join(repository.path, 'out/comment.md'), 'utf8'), /conflicting-copies/);
  const sarif = JSON.parse(readFileSync(join(repository.path, 'out/review.sarif'), 'utf8'));
  const blocking = sarif.runs[0].results.filter(({ level }: { level: string }) => level === 'error');
  assert.deepEqual(
    blocking.map(({ ruleId, locations }: Record<string, [object]>) => [ruleId, locations![0]]),
    [
      [
        'conflicting-copies',
        { physicalLocation: { artifactLocation: { uri: 'train.csv' }, region: { startLine: 62 } } },
      ],
    ],
  );

  const published = await repository.taster(
    'publish',
    'out/review.json',
    '--json',
    'again.json',
    '--html',
    'page.html',
  );
  assert.equal(published.code, 1, published.err);
  assert.equal(JSON.parse(readFileSync(join(repository.path, 'again.json'), 'utf8')).verdict, 'fail');
  assert.match(readFileSync(join(repository.path, 'page.html'), 'utf8'), /train\.csv:62[\s\S]*train\.csv:6</);

  const rows = await repository.taster('rows', 'out/review.json', 'conflicting-copies');
  assert.equal(rows.code, 0, rows.err);
  assert.match(rows.out, /train\.csv:62 .*\n.*\n\s+a = 4\n\s+b = 5\n\s+label = no\n/);
  assert.match(rows.out, /-> train\.csv:6 .*\n.*\n\s+a = 4\n\s+b = 5\n\s+label = yes\n/);
  assert.deepEqual(rows.leftOver, []);
});

test('publish works the verdict out again', async (t) => {
  const repository = smallRepository(t);
  const gated = {
    ...{ id: 'x', check: 'amplification', family: 'leakage', subject: { data: 'train', model: null, path: null } },
    ...{ outcome: 'unknown', gated: true, broken: false, introduced: true, ignored: null, summary: 's', remedy: 'r' },
    ...{ metrics: [], rows: [], rowsTotal: 0, figures: [] },
  };
  writeFileSync(join(repository.path, 'forged.json'), JSON.stringify({ ...aReview, findings: [gated] }));
  assert.equal((await repository.taster('publish', 'forged.json')).code, 2);
  assert.equal((await repository.taster('publish', 'forged.json', '--on-unknown', 'pass')).code, 0);
  writeFileSync(join(repository.path, 'cut.json'), '{"schema": "taster/review@1"');
  const cut = await repository.taster('publish', 'cut.json');
  assert.equal(cut.code, 2);
  assert.match(cut.err, /^This is not a review that can be read: expected JSON.*\n$/);
  assert.match((await repository.taster('publish', 'nowhere.json')).err, /nowhere\.json cannot be read \(ENOENT\)/);
});

test('a dry run makes the plan, trains nothing and ends with 0', async (t) => {
  const repository = smallRepository(t);
  const base = repository.commit({
    '.github/taster.yml': `${CONFIG}gates: {membership: fail}\n`,
    'train.csv': table(),
  });
  repository.git('checkout', '-q', '-b', 'change');
  repository.commit({ 'train.csv': table(70) });
  const ran = await repository.taster('review', '--base', base, '--dry-run');
  assert.equal(ran.code, 0, ran.err);
  assert.match(ran.out.replace(/\s+/g, ' '), /plan: .*predicted \d+ s/);
});

test('a new data set is measured by itself: its leakage meets the gate, its labels meet the holdout', async (t) => {
  const repository = smallRepository(t);
  const data = '{name: train, path: train.csv, label: label, holdout: test.csv}';
  const base = repository.commit({
    '.github/taster.yml': `version: 1\ndata:\n  - ${data}\ngates: {membership: {max: 0.02}}\n`,
    'test.csv': coins(1, 600),
  });
  repository.git('checkout', '-q', '-b', 'change');
  repository.commit({ 'train.csv': coins(2, 200) });
  const only = 'membership,exposed-rows,amplification,mislabelled';
  const args = ['--base', base, '--only', only, '--shadows', '32', '--json', 'review.json'];
  const ran = await repository.taster('review', ...args);
  assert.equal(ran.code, 1, ran.out + ran.err);
  const review = JSON.parse(readFileSync(join(repository.path, 'review.json'), 'utf8'));
  const outcomes = Object.fromEntries(review.findings.map(({ check, outcome }: { check: string; outcome: string }) => [check, outcome])); // biome-ignore format: one idea
  assert.deepEqual(outcomes, { mislabelled: 'pass', membership: 'fail', 'exposed-rows': 'not-applicable', amplification: 'not-applicable' }); // biome-ignore format: one idea
  assert.equal(review.cost.shadows, 32);
  assert.match(ran.out.replace(/\s+/g, ' '), /no base to compare with: at 1\.0% false positives/);
  assert.ok(
    review.notes.some((note: string) => /right on \d+% of their own rows/.test(note)),
    review.notes.join(),
  );
});

test('init writes a configuration that parses, and the workflow, once', async (t) => {
  const repository = smallRepository(t);
  repository.commit({ 'data/train.csv': table(), 'data/test.csv': table(40), 'broken.csv': Buffer.from([0xff, 0x00]) });
  const ran = await repository.taster('init');
  assert.equal(ran.code, 0, ran.err);
  const path = join(repository.path, '.github/taster.yml');
  const config = parseConfig(readFileSync(path), { path });
  assert.deepEqual(
    config.data.map(({ path, label, holdout }) => ({ path, label, holdout })),
    [{ path: 'data/train.csv', label: 'label', holdout: 'data/test.csv' }],
  );
  assert.ok(existsSync(join(repository.path, '.github/workflows/taster.yml')));
  const again = await repository.taster('init');
  assert.equal(again.code, 2);
  assert.match(again.err, /are there already: nothing was written/);
});

test('explain and help', async (t) => {
  const repository = smallRepository(t);
  assert.match((await repository.taster('explain', 'amplification')).out, /arXiv 2204\.00032/);
  assert.equal((await repository.taster('explain', 'amplificatoin')).code, 2);
  assert.match((await repository.taster('--help')).out, /review \[options\]/);
  assert.match((await repository.taster('review', '--help')).out, /--budget/);
});
