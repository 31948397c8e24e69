import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBotEnvironment } from '../../src/bot/environment.ts';
import { UserError } from '../../src/errors.ts';

const GOOD = {
  APP_ID: '12',
  PRIVATE_KEY: '-----BEGIN RSA PRIVATE KEY-----\\nabc\\n-----END RSA PRIVATE KEY-----',
  WEBHOOK_SECRET: '0123456789abcdef',
};

function problemsOf(env: Record<string, string | undefined>): string {
  try {
    readBotEnvironment(env);
  } catch (error) {
    assert.ok(error instanceof UserError && error.code === 'bot-environment');
    assert.match(error.hint, /docs\/bot\.md/);
    return error.message;
  }
  return '';
}

test('the least that is needed, and what is assumed', () => {
  const { privateKey, ...read } = readBotEnvironment({ ...GOOD, PORT: '', DATABASE_URL: '' });
  assert.equal(privateKey.split('\n').length, 3);
  assert.deepEqual(read, {
    ...{ appId: 12, webhookSecret: GOOD.WEBHOOK_SECRET, database: { folder: 'taster-data' } },
    ...{ engine: 'workers', isolation: 'auto', logFormat: 'text' },
    ...{ host: 'localhost', port: 3000, workers: 1, api: 'https://api.github.com', server: 'https://github.com' },
    ...{ installationLimit: null, cloneLimitBytes: 4 * 2 ** 30 },
    pages: { publicUrl: null, client: null, reportDays: 90, metricsToken: null },
  });
  const url = 'postgres://u:p@db/taster';
  assert.deepEqual(readBotEnvironment({ ...GOOD, DATABASE_URL: url }).database, { url });
  assert.equal(
    readBotEnvironment({ ...GOOD, GITHUB_API_URL: 'https://g.example/api/v3/' }).api,
    'https://g.example/api/v3',
  );
});

test('who makes the reviews: workers, or a workflow whose file is named', () => {
  assert.deepEqual(readBotEnvironment({ ...GOOD, ENGINE: 'dispatch' }).engine, { workflow: 'taster.yml' });
  const named = readBotEnvironment({ ...GOOD, ENGINE: 'dispatch', WORKFLOW: 'review.yaml' });
  assert.deepEqual(named.engine, { workflow: 'review.yaml' });
  for (const WORKFLOW of ['../x.yml', 'a/b.yml', 'taster', 'x.yml\n', '.yml/..'])
    assert.match(problemsOf({ ...GOOD, ENGINE: 'dispatch', WORKFLOW }), /WORKFLOW is not valid/);
  assert.match(problemsOf({ ...GOOD, ENGINE: 'both' }), /ENGINE is not valid/);
});

test('a process without workers needs a database that others work on', () => {
  assert.match(problemsOf({ ...GOOD, WORKERS: '0' }), /WORKERS is 0, which needs DATABASE_URL/);
  const apart = {
    ...GOOD,
    WORKERS: '0',
    DATABASE_URL: 'postgres://u:p@db/taster',
    INSTALLATION_LIMIT: '3',
    CLONE_LIMIT: '1',
  };
  const { workers, installationLimit, cloneLimitBytes } = readBotEnvironment(apart);
  assert.deepEqual([workers, installationLimit, cloneLimitBytes], [0, 3, 2 ** 20]);
});

test('an empty, known or short secret is refused', () => {
  assert.match(problemsOf({ ...GOOD, WEBHOOK_SECRET: '' }), /WEBHOOK_SECRET is empty/);
  assert.match(problemsOf({ ...GOOD, WEBHOOK_SECRET: undefined }), /WEBHOOK_SECRET is not set/);
  assert.match(problemsOf({ ...GOOD, WEBHOOK_SECRET: 'development' }), /everybody knows/);
  assert.match(problemsOf({ ...GOOD, WEBHOOK_SECRET: 'short' }), /fewer than 16/);
  const known = { ...GOOD, WEBHOOK_SECRET: 'development' };
  assert.match(problemsOf({ ...known, NODE_ENV: 'production' }), /everybody knows/);
  assert.equal(problemsOf({ ...known, NODE_ENV: 'development' }), '');
  assert.match(problemsOf({ ...GOOD, WEBHOOK_SECRET: '', NODE_ENV: 'development' }), /is empty/);
});

test('everything that is wrong is named at once, and no value is', () => {
  const values = { APP_ID: 'twelve', PRIVATE_KEY: 'hunter2', PORT: '70000', DATABASE_URL: 'mysql://u:hunter2@x/y' };
  const told = problemsOf({ ...GOOD, ...values, WORKERS: '-1', GITHUB_API_URL: 'ftp://hunter2' });
  for (const name of [...Object.keys(values), 'WORKERS', 'GITHUB_API_URL']) assert.match(told, new RegExp(name));
  assert.doesNotMatch(told, /hunter2|twelve|70000/);
  assert.match(problemsOf({}), /APP_ID is not set; PRIVATE_KEY is not set; WEBHOOK_SECRET is not set/);
});
