import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import * as tar from 'tar';

/**
 * Writes `src/adapters/native-pins.ts`: which files of which registry tarball each platform needs, and their hashes.
 * Run it after a change of version: `node build/pins.ts`. The tarballs are fetched by npm and must have the integrity
 * that package-lock.json names. `--from DIR` takes tarballs that `npm pack` left there before.
 */
const ROOT = join(import.meta.dirname, '..');
const NATIVE = /\.(?:node|dll|dylib|so(?:\.\d+)*)$/;

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version: string; readonly integrity: string }>>;
}

const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock;
const { values } = parseArgs({ options: { from: { type: 'string' } } });
const folder = values.from ?? mkdtempSync(join(tmpdir(), 'taster-pins-'));
mkdirSync(folder, { recursive: true });

function fetchTarball(name: string): { integrity: string; version: string; file: string } {
  const { version, integrity } = lock.packages[`node_modules/${name}`]!;
  const file = join(folder, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
  if (values.from === undefined)
    execFileSync('npm', ['pack', '--silent', `${name}@${version}`], { cwd: folder, stdio: 'inherit' });
  const found = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
  if (found !== integrity) throw new Error(`${name}@${version}: expected ${integrity}, received ${found}`);
  return { integrity, version, file };
}

function nativeFiles(file: string): Map<string, { bytes: number; sha256: string }> {
  const found = new Map<string, { bytes: number; sha256: string }>();
  tar.list({
    file,
    sync: true,
    onReadEntry(entry) {
      if (!NATIVE.test(entry.path)) return;
      const hash = createHash('sha256');
      entry.on('data', (part) => hash.update(part));
      entry.on('end', () => found.set(entry.path, { bytes: entry.size ?? 0, sha256: hash.digest('hex') }));
    },
  });
  return found;
}

function rows(files: Map<string, { bytes: number; sha256: string }>): string[] {
  return [...files]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([path, { bytes, sha256 }]) =>
        `      { path: '${path}', name: '${basename(path)}', bytes: ${bytes}, sha256: '${sha256}' },`,
    );
}

function block(key: string, name: string, tarball: ReturnType<typeof fetchTarball>, files: string[]): string {
  return [
    `  '${key}': {`,
    `    name: '${name}',`,
    `    version: '${tarball.version}',`,
    `    integrity: '${tarball.integrity}',`,
    `    bytes: ${readFileSync(tarball.file).byteLength},`,
    '    files: [',
    ...files,
    '    ],',
    '  },',
  ].join('\n');
}

const onnxruntime = fetchTarball('onnxruntime-node');
const everything = nativeFiles(onnxruntime.file);
const platforms = [...new Set([...everything.keys()].map((path) => path.split('/').slice(3, 5).join('-')))].sort();
const onnxruntimeBlocks = platforms.map((platform) => {
  const own = new Map([...everything].filter(([path]) => path.includes(`/${platform.replace('-', '/')}/`)));
  return block(platform, 'onnxruntime-node', onnxruntime, rows(own));
});

const PREFIX = '@duckdb/node-bindings-';
const duckdbBlocks = Object.keys(lock.packages)
  .filter((path) => path.startsWith(`node_modules/${PREFIX}`) && !path.endsWith('-musl'))
  .sort()
  .map((path) => {
    const name = path.slice('node_modules/'.length);
    const tarball = fetchTarball(name);
    return block(name.slice(PREFIX.length), name, tarball, rows(nativeFiles(tarball.file)));
  });

writeFileSync(
  join(ROOT, 'src/adapters/native-pins.ts'),
  `/** Made by build/pins.ts: the registry's tarballs of native files and what must be in them, per platform. */
export interface Pin {
  readonly name: string;
  readonly version: string;
  /** Of the tarball, as package-lock.json has it. */
  readonly integrity: string;
  /** Of the tarball: the most that is ever downloaded. */
  readonly bytes: number;
  readonly files: readonly PinnedFile[];
}

export interface PinnedFile {
  /** Inside the tarball. */
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

export type Pins = Readonly<Record<'onnxruntime' | 'duckdb', Readonly<Record<string, Pin>>>>;

const onnxruntime: Pins['onnxruntime'] = {
${onnxruntimeBlocks.join('\n')}
};

const duckdb: Pins['duckdb'] = {
${duckdbBlocks.join('\n')}
};

export const pins: Pins = { onnxruntime, duckdb };
`,
);
if (values.from === undefined) rmSync(folder, { recursive: true });
