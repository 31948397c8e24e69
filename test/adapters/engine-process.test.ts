import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type EngineProcess, runAuditEngine, runEngine } from '../../src/adapters/engine-process.ts';
import { UserError } from '../../src/errors.ts';
import type { EngineRequest, Progress } from '../../src/review/request.ts';
import { aRequest, aReview } from '../fixtures/engine-messages.ts';

/** A child whose program is given, in a folder of its own. */
function setUp(t: TestContext, program: string, more: Partial<EngineProcess> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'engine-process-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'scratch'));
  const entry = join(folder, 'engine.mjs');
  writeFileSync(entry, program);
  const request: EngineRequest = {
    ...aRequest,
    folders: { files: join(folder, 'files'), scratch: join(folder, 'scratch'), cache: null },
  };
  const seen: Progress[] = [];
  const options: EngineProcess = {
    entry: pathToFileURL(entry),
    limitSeconds: 20,
    limitBytes: 2 ** 30,
    environment: process.env,
    signal: new AbortController().signal,
    onProgress: (progress) => seen.push(progress),
    ...more,
  };
  return { folder, request, options, seen, run: () => runEngine(request, options) };
}

const ANSWER = `const review = ${JSON.stringify(aReview)};\n`;

async function rejectsWith(promise: Promise<unknown>, code: string, words: RegExp): Promise<void> {
  await assert.rejects(promise, (error: unknown) => {
    assert.ok(error instanceof UserError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, words);
    return true;
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('progress and review come back', async (t) => {
  const { run, seen } = setUp(
    t,
    `${ANSWER}process.once('message', (request) => {
      process.send({ kind: 'progress', progress: { step: 'reading', done: 0.5, secondsLeft: 3 } });
      process.send({ kind: 'result', result: { ...review, command: request.command } }, () => process.disconnect());
    });`,
  );
  assert.deepEqual(await run(), aReview);
  assert.deepEqual(seen, [{ step: 'reading', done: 0.5, secondsLeft: 3 }]);
});

test('no name outside the allow-list reaches the child', async (t) => {
  const { run, folder } = setUp(
    t,
    `import { writeFileSync } from 'node:fs';\n${ANSWER}
    process.once('message', () => {
      writeFileSync('environment.json', JSON.stringify(process.env));
      process.send({ kind: 'result', result: review }, () => process.disconnect());
    });`,
    {
      environment: {
        ...process.env,
        ...{ GITHUB_TOKEN: 'x', INPUT_TOKEN: 'x', ACTIONS_RUNTIME_TOKEN: 'x', GITHUB_OUTPUT: 'x', NODE_OPTIONS: '' },
        ...{ AWS_SECRET_ACCESS_KEY: 'x', TZ: 'UTC' },
      },
    },
  );
  await run();
  const names = Object.keys(JSON.parse(readFileSync(join(folder, 'scratch', 'environment.json'), 'utf8')));
  assert.deepEqual(
    names.filter((name) => /^(?:GITHUB|INPUT|ACTIONS|AWS)_|TOKEN|SECRET|^NODE_OPTIONS$/.test(name)),
    [],
  );
  assert.ok(names.includes('TZ') && names.includes('PATH'));
});

test('a crash after the answer does not count', async (t) => {
  const { run } = setUp(
    t,
    `${ANSWER}process.once('message', () => process.send({ kind: 'result', result: review }, () => process.abort()));`,
  );
  assert.equal((await run()).verdict, aReview.verdict);
});

test('a child that hangs after the answer is ended', async (t) => {
  const { run } = setUp(
    t,
    `${ANSWER}setInterval(() => {}, 1000);process.once('message', () => process.send({ kind: 'result', result: review }));`,
  );
  assert.equal((await run()).verdict, aReview.verdict);
});

test('errors of the child keep their kind', async (t) => {
  const failure = { code: 'label-missing', message: 'No column "y".', hint: 'Name one.', infrastructure: false };
  const fail = (code: string | null) =>
    setUp(
      t,
      `process.once('message', () => process.send({ kind: 'failure', failure: ${JSON.stringify({ ...failure, code, stack: code ? null : 'Error: No column\n  at somewhere' })} }, () => process.disconnect()));`,
    ).run();
  await rejectsWith(fail('label-missing'), 'label-missing', /No column "y"/);
  await assert.rejects(fail(null), (error: Error) => !(error instanceof UserError) && /somewhere/.test(error.stack!));
});

test('no answer in time: killed, and the process is gone', async (t) => {
  const { run, folder } = setUp(
    t,
    `import { writeFileSync } from 'node:fs';\nwriteFileSync('pid', String(process.pid)); for (;;);`,
    { limitSeconds: 1 },
  );
  await rejectsWith(run(), 'engine-time', /after 1 seconds/);
  assert.equal(isAlive(Number(readFileSync(join(folder, 'scratch', 'pid'), 'utf8'))), false);
});

test('too much memory: killed', { skip: existsSync('/proc/self/status') ? false : 'no /proc here' }, async (t) => {
  const { run } = setUp(
    t,
    `const kept = []; setInterval(() => { if (kept.length < 40) kept.push(Buffer.alloc(2 ** 24, 1)); }, 20);`,
    { limitBytes: 300 * 2 ** 20 },
  );
  await rejectsWith(run(), 'engine-memory', /more than 300 MiB/);
});

test('a full heap: said as memory', async (t) => {
  const { run } = setUp(t, `const kept = []; for (;;) kept.push(new Array(1000).fill(kept.length));`, {
    limitBytes: 400 * 2 ** 20,
  });
  await rejectsWith(run(), 'engine-memory', /more than 400 MiB/);
});

test('killed from outside: one clear line', async (t) => {
  await rejectsWith(setUp(t, `process.kill(process.pid, 'SIGKILL')`).run(), 'engine-died', /SIGKILL/);
  await rejectsWith(setUp(t, `process.kill(process.pid, 'SIGSEGV')`).run(), 'engine-died', /SIGSEGV/);
});

test('a child that ends without an answer is a bug, with what it said last', async (t) => {
  const { run } = setUp(t, `throw new TypeError('not so');`);
  await assert.rejects(run(), (error: Error) => !(error instanceof UserError) && /not so/.test(error.stack!));
});

test('an answer out of form is refused without its content', async (t) => {
  const { run } = setUp(
    t,
    `process.once('message', () => process.send({ kind: 'result', result: { schema: 'private text' } }));`,
  );
  await assert.rejects(run(), (error: Error) => /out of form/.test(error.message) && !/private/.test(error.message));
});

test('an interrupt ends the child at once', async (t) => {
  const stop = new AbortController();
  const { run, folder } = setUp(
    t,
    `import { writeFileSync } from 'node:fs';
    process.once('message', () => {
      writeFileSync('pid', String(process.pid));
      process.send({ kind: 'progress', progress: { step: 'busy', done: 0, secondsLeft: null } }, () => { for (;;); });
    });`,
    { signal: stop.signal, onProgress: () => stop.abort() },
  );
  await rejectsWith(run(), 'interrupted', /interrupted/);
  assert.equal(isAlive(Number(readFileSync(join(folder, 'scratch', 'pid'), 'utf8'))), false);
});

test('an audit that is stopped is called an audit, with the options that an audit has', async (t) => {
  const stop = new AbortController();
  const options = { attacks: null, poisons: [0], targets: 1, thorough: false, by: null };
  const hang = `process.once('message', () => process.send({ kind: 'progress', progress: { step: 'busy', done: 0, secondsLeft: null } })); setInterval(() => {}, 1000);`;
  const audit = (more: Partial<EngineProcess>) => {
    const { request, options: process } = setUp(t, hang, more);
    return runAuditEngine({ request, options }, process);
  };
  await rejectsWith(
    audit({ signal: stop.signal, onProgress: () => stop.abort() }),
    'interrupted',
    /^The audit was interrupted before it had an answer\.$/,
  );
  await assert.rejects(
    audit({ limitSeconds: 1 }),
    (error: Error) => error instanceof UserError && error.code === 'engine-time' && /--poisons/.test(error.hint),
  );
});
