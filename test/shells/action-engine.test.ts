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
import type { Review } from '../../src/review/review.ts';
import { playGitHub } from '../fixtures/github/played-github.ts';
import {
  type MadeRepository,
  makeRepository,
  pullEvent,
  shallowClone,
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

interface More {
  readonly of?: MadeRepository;
  readonly api?: string;
  readonly inputs?: Record<string, string>;
  readonly runId?: number;
}

function start(temp: string, { of = data, ...more }: More = {}) {
  return startAction({
    ...{ entry: join(ROOT, 'dist/action.js'), workspace: of.folder, temp, eventName: 'pull_request' },
    ...{ event: pullEvent(of), api: 'http://127.0.0.1:9', ...more, inputs: { registry, ...more.inputs } },
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

/** A pull request that was merged once: one table before and after, and a configuration on both sides. */
function replay(name: string, label: string): MadeRepository {
  const side = (revision: string) =>
    readFileSync(join(import.meta.dirname, '../fixtures/replays', name, `${revision}.csv`), 'utf8');
  const config = `version: 1\ndata:\n  - {name: ${name}, path: table.csv, label: ${label}}\nshadows: {models: 16, budget: 60s}\n`;
  return makeRepository(
    ROOT,
    { 'table.csv': side('base'), '.github/taster.yml': config },
    { 'table.csv': side('head') },
  );
}

test('renamed columns of a real pull request: told as that, commented once and updated, no poisoning alarm', async (t) => {
  const penguins = replay('penguins', 'species');
  const played = await playGitHub();
  t.after(() => played.close());
  played.pulls.push({ number: 7, owner: 'contributor', branch: 'change', sha: penguins.head });
  const temp = temporary('runner');
  const inputs = { token: 'ghs_test', comment: 'always' };
  for (const runId of [100, 101]) {
    const ran = await start(temp, { of: penguins, api: played.url, runId, inputs });
    const { findings } = JSON.parse(readFileSync(ran.outputs['review-path']!, 'utf8')) as Review;
    const outcomes = new Map(findings.map(({ check, outcome }) => [check, outcome]));
    assert.equal(outcomes.get('schema-change'), 'warn', ran.stdout);
    for (const check of ['mislabelled', 'conflicting-copies', 'amplification', 'label-shift'])
      assert.ok(['pass', 'not-applicable'].includes(outcomes.get(check) ?? 'pass'), `${check} ${outcomes.get(check)}`);
    assert.equal(played.comments.length, 1);
    assert.match(played.comments[0]!.body, new RegExp(`run=${runId}.*\n[\\s\\S]*bill_length_mm`));
  }
  assert.deepEqual(played.faults, []);
  rmSync(temp, { recursive: true });
});

test('white space removed by a real pull request is no change, in a shallow clone whose base is fetched', async () => {
  const temp = temporary('runner');
  const ran = await start(temp, { of: shallowClone(ROOT, replay('wheat-seeds', 'column8')) });
  assert.equal(ran.code, 0, ran.stdout + ran.stderr);
  const review = JSON.parse(readFileSync(ran.outputs['review-path']!, 'utf8')) as Review;
  const { added, removed, changed } = review.data[0]!.rows!;
  assert.deepEqual([review.verdict, added, removed, changed], ['pass', 0, 0, 0]);
  rmSync(temp, { recursive: true });
});
