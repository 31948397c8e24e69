import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { build, type Plugin } from 'esbuild';
import { licensesOf } from './licenses.ts';
import { nativeRequirePlugin } from './native-require.ts';

const ROOT = join(import.meta.dirname, '..');
/** The files that are started, by the name that they are started by. */
const PROGRAMS = {
  action: 'shells/action',
  'cli-main': 'shells/cli',
  engine: 'shells/engine',
  lane: 'adapters/lane',
  probe: 'adapters/probe',
  decoder: 'adapters/decoder',
  'tokenizer-thread': 'adapters/tokenizer-thread',
  'secret-thread': 'adapters/secret-thread',
  bot: 'shells/run-bot',
  'bot-worker': 'shells/bot-worker',
  'report-thread': 'shells/report-thread',
} as const;
/**
 * Copied as they are: parts of onnxruntime's WASM build, the image codecs and the App's embedded database are looked for
 * beside the code.
 */
const WASM = [
  'onnxruntime-web/dist/ort-wasm-simd-threaded.mjs',
  'onnxruntime-web/dist/ort-wasm-simd-threaded.wasm',
  '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm',
  '@jsquash/png/codec/pkg/squoosh_png_bg.wasm',
  '@jsquash/webp/codec/dec/webp_dec.wasm',
  ...['pglite.wasm', 'pglite.data', 'initdb.wasm'].map((file) => `@electric-sql/pglite/dist/${file}`),
];

const BANNER = `import { createRequire as makeRequire } from 'node:module';
const require = makeRequire(import.meta.url);`;

/** In old syntax: an old Node must get as far as the sentence. */
const CLI = `#!/usr/bin/env node
var major = parseInt(process.versions.node, 10);
if (major < 24) {
  console.error('Taster needs Node 24 or newer, this is Node ' + process.versions.node + '. Install it (https://nodejs.org), or run: npx --package=node@24 --package=taster -- taster');
  process.exitCode = 2;
} else {
  import('./cli-main.js');
}
`;

const wasmPlugin: Plugin = {
  name: 'wasm-beside',
  setup(build) {
    build.onResolve({ filter: /^onnxruntime-web$/ }, ({ kind }) =>
      kind === 'entry-point' ? null : { path: './onnxruntime-web.js', external: true },
    );
  },
};

/** Relative imports of the source tree to the files that stand for them in `dist/`. */
function replaceFile(pattern: RegExp, replacement: string): Plugin {
  return {
    name: 'replace-file',
    setup(build) {
      build.onLoad({ filter: pattern }, () => ({ contents: readFileSync(replacement, 'utf8'), loader: 'ts' }));
    },
  };
}

export interface DistOptions {
  readonly outdir: string;
  /** A file that stands for `src/adapters/native-pins.ts`; only tests give one. */
  readonly pins?: string;
}

/** Builds the distribution: the same sources and dependencies give the same bytes. */
export async function buildDist({ outdir, pins }: DistOptions): Promise<void> {
  mkdirSync(outdir, { recursive: true });
  const result = await build({
    absWorkingDir: ROOT,
    entryPoints: [
      ...Object.entries(PROGRAMS).map(([out, file]) => ({ in: `src/${file}.ts`, out })),
      { in: 'onnxruntime-web', out: 'onnxruntime-web' },
    ],
    outdir,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    charset: 'utf8',
    metafile: true,
    banner: { js: BANNER },
    logLevel: 'warning',
    plugins: [nativeRequirePlugin, wasmPlugin, ...(pins ? [replaceFile(/adapters[\\/]native-pins\.ts$/, pins)] : [])],
  });
  for (const file of WASM) copyFileSync(join(ROOT, 'node_modules', file), join(outdir, basename(file)));
  writeFileSync(join(outdir, 'cli.js'), CLI, { mode: 0o755 });
  // Read by node when the folder stands alone, without the package around it.
  writeFileSync(join(outdir, 'package.json'), '{ "type": "module" }\n');
  const inputs = Object.keys(result.metafile.inputs).map((file) => join(ROOT, file));
  writeFileSync(join(outdir, 'licenses.txt'), licensesOf(inputs.filter((file) => existsSync(file))));
}

/** Names of the files that differ between two folders. */
export function differences(expected: string, found: string): string[] {
  const list = (folder: string) =>
    existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort() : [];
  return [...new Set([...list(expected), ...list(found)])].filter((file) => {
    const paths = [join(expected, file), join(found, file)];
    return !paths.every((path) => existsSync(path)) || !readFileSync(paths[0]!).equals(readFileSync(paths[1]!));
  });
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { check: { type: 'boolean' } } });
  const committed = join(ROOT, 'dist');
  if (values.check) {
    const fresh = mkdtempSync(join(tmpdir(), 'taster-dist-'));
    await buildDist({ outdir: fresh });
    const found = differences(fresh, committed);
    rmSync(fresh, { recursive: true });
    if (found.length > 0) {
      console.error(`dist/ is not what the sources give (npm run build): ${found.join(', ')}`);
      process.exitCode = 1;
    }
  } else {
    rmSync(committed, { recursive: true, force: true });
    await buildDist({ outdir: committed });
  }
}
