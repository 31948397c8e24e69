import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { runEngine } from '../../src/adapters/engine-process.ts';
import { findIsolation } from '../../src/adapters/isolation.ts';
import { UserError } from '../../src/errors.ts';
import { aRequest } from '../fixtures/engine-messages.ts';

const { isolated, told } = await findIsolation('auto', process.env);

/** A child that tries to get out, and says how far it came. */
const program = (port: number) => `
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
process.once('message', async () => {
  const reach = (host) => new Promise((resolve) => {
    const socket = connect({ host, port: ${port} });
    socket.once('connect', () => { socket.destroy(); resolve('connected'); });
    socket.once('error', ({ code }) => resolve(code));
    setTimeout(() => resolve('timeout'), 3000).unref();
  });
  const tcp = await reach('127.0.0.1');
  let parent = 'read';
  try { readFileSync('/proc/' + process.ppid + '/environ'); } catch ({ code }) { parent = code; }
  const message = JSON.stringify({ tcp, parent, uid: process.getuid() });
  process.send({ kind: 'failure', failure: { code: 'probe', message, hint: '', infrastructure: false, stack: null } });
});`;

async function probe(isIsolated: boolean): Promise<{ tcp: string; parent: string; uid: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'isolation-'));
  const server = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    mkdirSync(join(folder, 'scratch'));
    const entry = join(folder, 'engine.mjs');
    writeFileSync(entry, program((server.address() as { port: number }).port));
    const run = runEngine(
      { ...aRequest, folders: { files: folder, scratch: join(folder, 'scratch'), cache: null } },
      {
        ...{ entry: pathToFileURL(entry), limitSeconds: 20, limitBytes: 2 ** 30, environment: process.env },
        ...{ isolated: isIsolated, signal: new AbortController().signal, onProgress: () => {} },
      },
    );
    return await run.then(
      () => assert.fail('it gave a review'),
      (error: unknown) => {
        assert.ok(error instanceof UserError && error.code === 'probe', String(error));
        return JSON.parse(error.message);
      },
    );
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

test('an isolated engine opens no connection and reads no environment of its parent', {
  skip: isolated ? false : told,
}, async () => {
  assert.deepEqual(await probe(true), { tcp: 'ENETUNREACH', parent: 'EACCES', uid: process.getuid!() });
});

test('without isolation the same child comes out: the probe can fail', {
  skip: process.platform === 'win32',
}, async () => {
  assert.equal((await probe(false)).tcp, 'connected');
});

test('what is wished is tried out, and what is required is not left out', async () => {
  assert.equal((await findIsolation('none', process.env)).isolated, false);
  const nowhere = { PATH: '/nowhere' };
  const { told, ...without } = await findIsolation('auto', nowhere);
  assert.equal(without.isolated, false);
  assert.match(told, /has the network/);
  await assert.rejects(
    findIsolation('required', nowhere),
    (error) => error instanceof UserError && error.code === 'isolation',
  );
});
