import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { runTitle, workflowInputs } from '../../src/bot/dispatched.ts';
import { botWebhooks } from '../../src/shells/bot-webhooks.ts';

/** What the App is deployed with says what the code does, and leaves out what it must not hold. */
const ROOT = join(import.meta.dirname, '../..');
const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');
const manifest = parse(read('app.yml')) as {
  readonly default_events: string[];
  readonly default_permissions: Record<string, string>;
};

test('app.yml has the events that the App listens to', () => {
  const listened = new Set<string>();
  const app = {
    on(names: string | readonly string[]) {
      for (const name of [names].flat()) listened.add(String(name).split('.', 1)[0]!);
    },
  };
  botWebhooks(app as never, { store: {}, queue: {}, dispatches: {} } as never);
  // GitHub sends these to every App; they cannot be chosen.
  for (const always of ['installation', 'installation_repositories']) listened.delete(always);
  assert.deepEqual([...manifest.default_events].sort(), [...listened].sort());
});

test('app.yml and docs/bot.md name the same permissions and events', () => {
  const docs = read('docs/bot.md');
  const permissions = [...docs.matchAll(/^\| ([A-Z][a-z ]+) \| (read|write) \|/gm)].map(
    ([, name, access]) => [name!.toLowerCase().replaceAll(' ', '_'), access!] as const,
  );
  assert.deepEqual(Object.fromEntries(permissions), manifest.default_permissions);
  const [, named = ''] = /^Events: (.*?)\.$/ms.exec(docs) ?? [];
  const events = named.split(/,\s*/).map((name) => name.toLowerCase().replaceAll(/\s/g, '_'));
  assert.deepEqual(events.sort(), [...manifest.default_events].sort());
});

test('the workflow of docs/bot.md has the inputs that the App gives, its title, and a token that only reads', () => {
  const [, text = ''] = /```yaml\n(name: taster\nrun-name:[\s\S]*?)```/.exec(read('docs/bot.md')) ?? [];
  const workflow = parse(text);
  const ask = { head: { sha: 'h' }, base: { sha: 'b' }, pull: 7 } as never;
  assert.deepEqual(Object.keys(workflow.on.workflow_dispatch.inputs), Object.keys(workflowInputs(ask, 'n')));
  assert.deepEqual(Object.keys(workflow.on), ['workflow_dispatch']);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub's
  assert.equal(workflow['run-name'], runTitle('${{ inputs.run }}'));
  assert.deepEqual(workflow.permissions, {});
  const { permissions, steps } = workflow.jobs.review;
  assert.deepEqual(permissions, { contents: 'read' });
  assert.equal(steps[0].with['persist-credentials'], false);
  assert.equal(steps[1].with['working-directory'], steps[0].with.path);
  assert.equal(steps[2].with.name, 'taster');
  for (const { uses, run } of steps) {
    assert.equal(run, undefined);
    assert.match(uses, /^(?:[\w-]+\/[\w-]+@[0-9a-f]{40}|taster\/taster@COMMIT)$/);
  }
});

/** Instructions of a Dockerfile, continued lines joined. */
function instructions(): [string, string][] {
  const text = read('Dockerfile')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n/g, ' ');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => [line.split(' ', 1)[0]!, line.slice(line.indexOf(' ') + 1).trim()]);
}

test('the image runs as a numbered user that is not root, is stopped and watched, and copies no secret', () => {
  const all = instructions();
  const last = all.slice(all.map(([name]) => name).lastIndexOf('FROM'));
  const of = (name: string) => last.filter((each) => each[0] === name).map(([, value]) => value);
  assert.match(read('Dockerfile'), /^ARG NODE=node:24\.\d+\.\d+-bookworm-slim$/m);
  const [user] = of('USER');
  assert.match(user!, /^[1-9]\d*:[1-9]\d*$/);
  const order = last.map(([name]) => name);
  assert.ok(order.lastIndexOf('RUN') < order.indexOf('USER') && order.lastIndexOf('COPY') < order.indexOf('USER'));
  assert.deepEqual(of('STOPSIGNAL'), ['SIGTERM']);
  assert.match(of('HEALTHCHECK')[0]!, /\/healthz/);
  assert.deepEqual(of('ENTRYPOINT'), ['["node", "/app/dist/cli.js"]']);
  assert.doesNotMatch(read('Dockerfile'), /SECRET|PRIVATE_KEY|DATABASE_URL|PASSWORD|COPY \.\s/);
  // What is copied is let through, and nothing else is.
  const [refused, ...through] = read('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  assert.equal(refused, '*');
  const copied = all.filter(([name, value]) => name === 'COPY' && !value.startsWith('--from'));
  const files = copied.flatMap(([, value]) => value.split(' ').slice(0, -1));
  assert.deepEqual([...new Set(files.map((file) => `!${file}`))].sort(), through.sort());
  for (const file of files) assert.ok(existsSync(join(ROOT, file)), file);
});

interface Service {
  readonly user?: string;
  readonly read_only: boolean;
  readonly cap_drop: string[];
  readonly security_opt: string[];
  readonly environment?: Record<string, string>;
  readonly env_file: string;
  readonly networks: string[];
  readonly ports?: string[];
  readonly tmpfs: string[];
}

test('every service is read-only, without capabilities, its secrets in files; the database has no way out', () => {
  const compose = parse(read('compose.yaml'), { merge: true }) as {
    readonly services: Record<'app' | 'worker' | 'database', Service>;
    readonly networks: Record<string, { readonly internal?: boolean }>;
  };
  const { app, worker, database } = compose.services;
  for (const service of [app, worker, database]) {
    assert.equal(service.read_only, true);
    assert.deepEqual(service.cap_drop, ['ALL']);
    assert.deepEqual(service.security_opt, ['no-new-privileges:true']);
    assert.match(service.env_file, /\.env$/);
    assert.ok(service.tmpfs.some((mount) => mount.startsWith('/tmp:')));
    for (const name of Object.keys(service.environment ?? {})) assert.doesNotMatch(name, /SECRET|KEY|PASSWORD|URL/);
  }
  assert.equal(app.environment?.WORKERS, '0');
  assert.ok(Number(worker.environment?.WORKERS) > 0);
  assert.equal(worker.ports, undefined);
  assert.ok(app.ports?.every((port) => port.startsWith('127.0.0.1:')));
  assert.notEqual(database.env_file, app.env_file);
  assert.deepEqual(database.networks, ['database']);
  assert.equal(compose.networks.database!.internal, true);
  assert.match(read('.gitignore'), /^\*\.env$/m);
});
