import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import * as tar from 'tar';
import { buildDist } from '../../build/dist.ts';
import { pins as ownPins, type Pin, type Pins } from '../../src/adapters/native-pins.ts';
import { locateRuntime } from '../../src/adapters/runtime.ts';
import { playGitHub } from '../fixtures/github/played-github.ts';
import {
  type MadeRepository,
  makeRepository,
  pullEvent,
  startAction,
  temporary,
} from '../fixtures/github/run-action.ts';

/** dist/ in an empty folder, native files from a registry on this machine, the real engine. */
const ROOT = temporary('engine');
const PLATFORM = `${process.platform}-${process.arch}`;
const tarballs = new Map<string, Buffer>();
const withheld = new Set<string>();
const asked: string[] = [];
const server = createServer((request, response) => {
  const name = basename(request.url!);
  asked.push(name);
  const body = withheld.has(name) ? undefined : tarballs.get(name);
  response.writeHead(body ? 200 : 404).end(body ?? '');
});
let registry = '';
let data: MadeRepository;

/** A tarball made of the installed files, and the pin that describes it. */
function pack(pin: Pin, folder: string): Pin {
  const work = temporary('pack');
  for (const file of pin.files) {
    mkdirSync(dirname(join(work, file.path)), { recursive: true });
    copyFileSync(join(folder, file.name), join(work, file.path));
  }
  tar.create({ file: join(work, 'p.tgz'), cwd: work, gzip: { level: 1 }, sync: true }, ['package']);
  const body = readFileSync(join(work, 'p.tgz'));
  rmSync(work, { recursive: true });
  tarballs.set(`${basename(pin.name)}-${pin.version}.tgz`, body);
  return { ...pin, bytes: body.length, integrity: `sha512-${createHash('sha512').update(body).digest('base64')}` };
}

function rows(count: number, from: number): string {
  return Array.from({ length: count }, (_, at) => {
    const id = at + from;
    const label = (id * 7919) % 3 === 0 ? 'ham' : 'spam';
    return `${id},${((label === 'ham' ? 1 : -1) + Math.sin(id)).toFixed(4)},${Math.cos(id * 1.7).toFixed(4)},${label}\n`;
  }).join('');
}

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const installed = await locateRuntime({ path: null, registry: null, env: {}, log: () => {} });
  const pins: Pins = {
    onnxruntime: { [PLATFORM]: pack(ownPins.onnxruntime[PLATFORM]!, installed.onnxruntime!) },
    duckdb: { [PLATFORM]: pack(ownPins.duckdb[PLATFORM]!, installed.duckdb) },
  };
  writeFileSync(join(ROOT, 'pins.ts'), `export const pins = ${JSON.stringify(pins)};`);
  await buildDist({ outdir: join(ROOT, 'dist'), pins: join(ROOT, 'pins.ts') });
  const base = `id,x,y,label\n${rows(300, 0)}`;
  const config =
    'version: 1\ndata:\n  - {name: train, path: data/train.csv, label: label, id: id}\nshadows: {models: 16, budget: 60s}\n';
  data = makeRepository(
    ROOT,
    { 'data/train.csv': base, '.github/taster.yml': config },
    { 'data/train.csv': base + rows(30, 1000) },
  );
});
after(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(ROOT, { recursive: true, force: true });
});

function start(temp: string, more: { api?: string; inputs?: Record<string, string>; runId?: number } = {}) {
  return startAction({
    ...{ entry: join(ROOT, 'dist/action.js'), workspace: data.folder, temp, eventName: 'pull_request' },
    ...{ event: pullEvent(data), api: 'http://127.0.0.1:9', ...more, inputs: { registry, ...more.inputs } },
  });
}

const costOf = (path: string) => JSON.parse(readFileSync(path, 'utf8')).cost as { runtime: string; shadows: number };

test('reviews data with fetched native files, comments, and fetches nothing the second time', async () => {
  const played = await playGitHub();
  played.pulls.push({ number: 7, owner: 'contributor', branch: 'change', sha: data.head });
  const temp = temporary('runner');
  const inputs = { token: 'ghs_test', comment: 'always' };
  const first = await start(temp, { api: played.url, inputs });
  assert.equal(first.code, 0, first.stdout + first.stderr);
  assert.deepEqual(costOf(first.outputs['review-path']!).runtime, 'native');
  assert.equal(first.outputs.skipped, 'false');
  assert.equal(asked.length, 2);
  const second = await start(temp, { api: played.url, inputs, runId: 101 });
  assert.equal(second.code, 0, second.stdout + second.stderr);
  assert.equal(asked.length, 2);
  assert.equal(played.comments.length, 1);
  assert.match(played.comments[0]!.body, /run=101.*\n[\s\S]*300 → 330 rows/);
  assert.deepEqual(played.faults, []);
  await played.close();
  rmSync(temp, { recursive: true });
});

test('without onnxruntime the WASM build reviews, and the report says so', async () => {
  const name = [...tarballs.keys()].find((each) => each.startsWith('onnxruntime'))!;
  withheld.add(name);
  const temp = temporary('runner');
  const ran = await start(temp);
  withheld.delete(name);
  assert.equal(ran.code, 0, ran.stdout + ran.stderr);
  assert.equal(costOf(ran.outputs['review-path']!).runtime, 'wasm');
  assert.match(ran.summary, /WASM/);
  rmSync(temp, { recursive: true });
});

test('without DuckDB there is no verdict: one line that names the inputs, code 2', async () => {
  const name = [...tarballs.keys()].find((each) => !each.startsWith('onnxruntime'))!;
  const right = tarballs.get(name)!;
  const temp = temporary('runner');
  for (const body of [right.subarray(0, right.length / 2), Buffer.concat([right, Buffer.from('x')])]) {
    tarballs.set(name, body);
    const ran = await start(temp);
    assert.equal(ran.code, 2);
    assert.match(ran.stdout, /^::error .*DuckDB cannot be had.*runtime-path.*registry/m);
  }
  tarballs.set(name, right);
  rmSync(temp, { recursive: true });
});
