import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import * as tar from 'tar';
import { connectionError } from '../../src/adapters/download.ts';
import { pins as ownPins, type Pin, type Pins } from '../../src/adapters/native-pins.ts';
import { locateRuntime, type RuntimeOptions } from '../../src/adapters/runtime.ts';
import { UserError } from '../../src/errors.ts';

const ROOT = mkdtempSync(join(tmpdir(), 'taster-runtime-'));
const PLATFORM = 'test-x64';
after(() => rmSync(ROOT, { recursive: true, force: true }));

/** A tarball as a registry has it, with files that stand for native ones, and the pin that describes it. */
function makeTarball(name: string, files: Record<string, string>): { body: Buffer; pin: Pin } {
  const work = mkdtempSync(join(ROOT, 'pack-'));
  for (const [path, text] of Object.entries({ ...files, 'package/package.json': '{}' })) {
    mkdirSync(dirname(join(work, path)), { recursive: true });
    writeFileSync(join(work, path), text);
  }
  tar.create({ file: join(work, 'p.tgz'), cwd: work, gzip: true, sync: true, portable: true }, ['package']);
  const body = readFileSync(join(work, 'p.tgz'));
  const pinned = Object.entries(files).map(([path, text]) => ({
    path,
    name: path.split('/').at(-1)!,
    bytes: Buffer.byteLength(text),
    sha256: createHash('sha256').update(text).digest('hex'),
  }));
  const integrity = `sha512-${createHash('sha512').update(body).digest('base64')}`;
  return { body, pin: { name, version: '1.0.0', integrity, bytes: body.length, files: pinned } };
}

const ort = makeTarball('onnxruntime-node', {
  'package/bin/napi-v6/test/x64/onnxruntime_binding.node': 'binding',
  'package/bin/napi-v6/test/x64/libonnxruntime.so.1': 'x'.repeat(200_000),
});
const duck = makeTarball('@duckdb/node-bindings-test-x64', {
  'package/duckdb.node': 'duck',
  'package/libduckdb.so': 'y'.repeat(100_000),
});
const PINS: Pins = { onnxruntime: { [PLATFORM]: ort.pin }, duckdb: { [PLATFORM]: duck.pin } };
const ORT_PATH = '/onnxruntime-node/-/onnxruntime-node-1.0.0.tgz';
const DUCK_PATH = '/@duckdb/node-bindings-test-x64/-/node-bindings-test-x64-1.0.0.tgz';

async function serve(answer: RequestListener): Promise<{ url: string; asked: string[]; close: () => Promise<void> }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url!);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked, close };
}

const good: RequestListener = (request, response) => {
  const body = request.url === ORT_PATH ? ort.body : request.url === DUCK_PATH ? duck.body : null;
  response.writeHead(body ? 200 : 404).end(body ?? '');
};

function options(registry: string, more: Partial<RuntimeOptions> = {}): RuntimeOptions & { lines: string[] } {
  const home = mkdtempSync(join(ROOT, 'run-'));
  const lines: string[] = [];
  return {
    path: null,
    registry,
    env: { RUNNER_TOOL_CACHE: join(home, 'tools'), RUNNER_TEMP: join(home, 'temp') },
    log: (line) => lines.push(line),
    ...{ platform: PLATFORM, pins: PINS, from: null, pauseMs: 0, lines },
    ...more,
  };
}

async function refuses(asked: RuntimeOptions, pattern: RegExp): Promise<UserError> {
  const error = await locateRuntime(asked).then(
    () => assert.fail('found a runtime'),
    (found: unknown) => found,
  );
  assert.ok(error instanceof UserError, String(error));
  assert.match(error.message, pattern);
  return error;
}

/** Nothing but whole, right files may stay behind. */
function leftovers(asked: RuntimeOptions): string[] {
  return [asked.env.RUNNER_TOOL_CACHE!, asked.env.RUNNER_TEMP!]
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    .filter((path) => /\.tgz$|\.part-|\.node$|\.so/.test(path));
}

test('fetches both from the registry once, and checks the cache at each use', async () => {
  const registry = await serve(good);
  const asked = options(registry.url);
  const first = await locateRuntime(asked);
  assert.deepEqual(registry.asked, [DUCK_PATH, ORT_PATH]);
  assert.deepEqual(readdirSync(first.duckdb).sort(), ['duckdb.node', 'libduckdb.so']);
  assert.deepEqual(readdirSync(first.onnxruntime!).sort(), ['libonnxruntime.so.1', 'onnxruntime_binding.node']);
  assert.deepEqual(first.notes, []);
  assert.deepEqual(await locateRuntime(asked), first);
  assert.equal(registry.asked.length, 2);

  writeFileSync(join(first.duckdb, 'duckdb.node'), 'evil');
  assert.deepEqual(await locateRuntime(asked), first);
  assert.equal(readFileSync(join(first.duckdb, 'duckdb.node'), 'utf8'), 'duck');
  assert.equal(registry.asked.length, 3);
  assert.ok(asked.lines.some((line) => line.includes('another hash')));
  assert.equal(leftovers(asked).length, 4);
  await registry.close();
});

test('a tarball with another hash is refused and leaves nothing', async () => {
  const other = makeTarball('@duckdb/node-bindings-test-x64', { 'package/duckdb.node': 'evil' }).body;
  const registry = await serve((_, response) => void response.writeHead(200).end(other));
  const asked = options(registry.url);
  const error = await refuses(asked, /DuckDB cannot be had: expected sha512-.*received sha512-/);
  assert.equal(error.infrastructure, true);
  assert.match(error.hint, /runtime-path.*registry/);
  assert.deepEqual(leftovers(asked), []);
  await registry.close();
});

test('a tarball cut short is refused, whether the server owns up or not', async () => {
  const half = duck.body.subarray(0, duck.body.length / 2);
  const short = await serve((_, response) => void response.writeHead(200).end(half));
  await refuses(options(short.url), /expected sha512/);
  assert.equal(short.asked.length, 3, 'a cut may be an accident: tried again, bounded');
  await short.close();
  const broken = await serve((_, response) => {
    response.writeHead(200, { 'content-length': duck.body.length });
    response.write(half, () => response.destroy());
  });
  const asked = options(broken.url);
  await refuses(asked, /aborted|socket|reset|premature/i);
  assert.deepEqual(leftovers(asked), []);
  await broken.close();
});

test('a tarball without end is stopped at the pinned size', async () => {
  const registry = await serve((_, response) => {
    response.writeHead(200);
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536)));
    };
    response.on('drain', more);
    more();
  });
  await refuses(options(registry.url), /more than the expected \d+ bytes/);
  assert.equal(registry.asked.length, 1);
  await registry.close();
});

test('a server that stumbles is asked again; a missing package is not', async () => {
  let count = 0;
  const registry = await serve((request, response) => {
    if (count++ < 2) response.writeHead(503).end();
    else good(request, response);
  });
  assert.ok((await locateRuntime(options(registry.url))).onnxruntime);
  await registry.close();
  const empty = await serve((_, response) => void response.writeHead(404).end());
  await refuses(options(empty.url), /answered 404/);
  assert.equal(empty.asked.length, 1);
  await empty.close();
});

test('offline is an infrastructure fault with one clear line', async () => {
  const gone = await serve(good);
  await gone.close();
  const error = await refuses(options(gone.url), /ECONNREFUSED/);
  assert.equal(error.infrastructure, true);
});

test('onnxruntime falls back to WASM and says so', async () => {
  const registry = await serve((request, response) => {
    if (request.url === ORT_PATH) response.writeHead(403).end();
    else good(request, response);
  });
  const asked = options(registry.url);
  const found = await locateRuntime(asked);
  assert.equal(found.onnxruntime, null);
  assert.match(found.notes[0]!, /WASM.*answered 403/);
  assert.ok(asked.lines.includes(found.notes[0]!));
  await registry.close();
});

test('a cache that cannot be written is read, and passed over for a download', async () => {
  const registry = await serve(good);
  const asked = options(registry.url);
  // A file where the folder should be: fails for every user, root too, as a read-only disk does.
  writeFileSync(asked.env.RUNNER_TOOL_CACHE!, '');
  const found = await locateRuntime(asked);
  assert.ok(found.duckdb.startsWith(asked.env.RUNNER_TEMP!));
  await registry.close();

  const filled = options(registry.url, { registry: 'http://127.0.0.1:9/' });
  mkdirSync(filled.env.RUNNER_TOOL_CACHE!, { recursive: true });
  const duckdb = join(filled.env.RUNNER_TOOL_CACHE!, 'taster/duckdb-node-bindings-test-x64/1.0.0', PLATFORM);
  mkdirSync(duckdb, { recursive: true });
  writeFileSync(join(duckdb, 'duckdb.node'), 'duck');
  writeFileSync(join(duckdb, 'libduckdb.so'), 'y'.repeat(100_000));
  chmodSync(duckdb, 0o555);
  assert.equal((await locateRuntime(filled)).duckdb, duckdb);
  chmodSync(duckdb, 0o755);
});

test('nowhere to write is said', async () => {
  const asked = options('http://127.0.0.1:9/');
  writeFileSync(asked.env.RUNNER_TOOL_CACHE!, '');
  writeFileSync(asked.env.RUNNER_TEMP!, '');
  await refuses(asked, /can be written/);
});

test('a redirect is followed on http, never to another scheme', async () => {
  const target = await serve(good);
  const registry = await serve(
    (request, response) => void response.writeHead(302, { location: new URL(request.url!, target.url).href }).end(),
  );
  assert.ok((await locateRuntime(options(registry.url))).onnxruntime);
  await registry.close();
  await target.close();
  const odd = await serve((_, response) => void response.writeHead(302, { location: 'file:///etc/passwd' }).end());
  await refuses(options(odd.url), /received file:/);
  await odd.close();
});

test('a proxy is used where the environment names one', async () => {
  const proxy = await serve((request, response) => {
    request.url = new URL(request.url!, 'http://x').pathname;
    good(request, response);
  });
  const asked = options('http://registry.invalid/');
  const found = await locateRuntime({ ...asked, env: { ...asked.env, http_proxy: proxy.url } });
  assert.ok(found.onnxruntime);
  assert.ok(proxy.asked.every((url) => url.startsWith('http://registry.invalid/')));
  await proxy.close();
});

test('a given path is binding', async () => {
  const folder = mkdtempSync(join(ROOT, 'given-'));
  const asked = options('http://127.0.0.1:9/', { path: folder });
  const error = await refuses(asked, /duckdb\.node is not in/);
  assert.equal(error.infrastructure, false);
  writeFileSync(join(folder, 'duckdb.node'), '');
  assert.equal((await locateRuntime(asked)).onnxruntime, null);
  writeFileSync(join(folder, 'onnxruntime_binding.node'), '');
  assert.deepEqual(await locateRuntime(asked), { onnxruntime: folder, duckdb: folder, notes: [] });
});

test('node_modules beside the code come before any download', async () => {
  const platform = `${process.platform}-${process.arch}`;
  const { platform: _, from: __, ...asked } = options('http://127.0.0.1:9/', { pins: ownPins });
  const found = await locateRuntime(asked);
  for (const [folder, library] of [
    [found.duckdb, 'duckdb'],
    [found.onnxruntime, 'onnxruntime'],
  ] as const)
    for (const file of ownPins[library][platform]!.files) assert.ok(existsSync(join(folder!, file.name)), file.name);
});

test('an odd registry or platform is told', async () => {
  await refuses(options('ftp://x/'), /not an http or https address/);
  await refuses(options('http://127.0.0.1:9/', { platform: 'plan9-x64' }), /no native files of duckdb for plan9-x64/);
});

test('a foreign certificate is told with its remedy and not tried again; a dropped connection is', () => {
  const error = (code: string, message: string) => Object.assign(new Error(message), { code });
  const foreign = connectionError(error('SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain'));
  assert.match(foreign.message, /^self-signed .*NODE_EXTRA_CA_CERTS/);
  assert.equal(foreign.retry, false);
  assert.equal(connectionError(error('UNABLE_TO_GET_ISSUER_CERT_LOCALLY', '')).retry, false);
  const dropped = connectionError(error('ECONNRESET', 'socket hang up'));
  assert.deepEqual([dropped.message, dropped.retry], ['socket hang up', true]);
  assert.equal(connectionError(error('ENOSPC', 'no space left')).retry, false);
});
