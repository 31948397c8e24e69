import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { oneLine, UserError } from '../errors.ts';
import { cachedNative, type NativeCache } from './native-cache.ts';
import { pins as ownPins, type Pins } from './native-pins.ts';

export interface RuntimeOptions {
  /** A folder that holds the native files of both libraries, flat; null where none was given. */
  readonly path: string | null;
  /** The npm registry or a mirror of it; null for npm's own. */
  readonly registry: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  log(line: string): void;
  /** `process.platform` and `process.arch`, joined by a dash. */
  readonly platform?: string;
  readonly pins?: Pins;
  /** From where `node_modules` is looked for: a file path or file URL; null does not look. */
  readonly from?: string | null;
  readonly pauseMs?: number;
}

/** Folders with native files. `onnxruntime` is null where only its WASM build can serve; `notes` say so. */
export interface NativeRuntime {
  readonly onnxruntime: string | null;
  readonly duckdb: string;
  readonly notes: readonly string[];
}

type Library = 'onnxruntime' | 'duckdb';

const REGISTRY = 'https://registry.npmjs.org/';
const BINDING: Readonly<Record<Library, string>> = {
  onnxruntime: 'onnxruntime_binding.node',
  duckdb: 'duckdb.node',
};

/**
 * Finds the native files of onnxruntime and DuckDB: the given path, `node_modules` beside the code, the cache, the
 * registry. Throws a UserError where DuckDB cannot be had; a given path is binding for DuckDB and never replaced.
 */
export async function locateRuntime(options: RuntimeOptions): Promise<NativeRuntime> {
  const duckdb = await locate('duckdb', options).catch((error: unknown) => {
    throw error instanceof UserError ? error : unreachable(error);
  });
  try {
    return { onnxruntime: await locate('onnxruntime', options), duckdb, notes: [] };
  } catch (error) {
    const reason = oneLine(error instanceof Error ? error.message : String(error), 200);
    const note = `onnxruntime runs as WASM, two to three times slower: its native files cannot be had (${reason}).`;
    options.log(note);
    return { onnxruntime: null, duckdb, notes: [note] };
  }
}

async function locate(library: Library, options: RuntimeOptions): Promise<string> {
  const platform = options.platform ?? `${process.platform}-${process.arch}`;
  if (options.path !== null) {
    if (await exists(join(options.path, BINDING[library]))) return options.path;
    throw new UserError('runtime-path', `${BINDING[library]} is not in ${options.path}.`, {
      hint: '`runtime-path` must be a folder with the native files of onnxruntime and DuckDB for this platform.',
    });
  }
  const beside = options.from === null ? null : besideCode(library, platform, options.from ?? import.meta.url);
  if (beside !== null && (await exists(join(beside, BINDING[library])))) return beside;
  const pin = (options.pins ?? ownPins)[library][platform];
  if (!pin) throw new Error(`there are no native files of ${library} for ${platform}`);
  return await cachedNative(pin, platform, nativeCache(options));
}

function besideCode(library: Library, platform: string, from: string): string | null {
  try {
    const require = createRequire(from);
    if (library === 'onnxruntime') {
      const root = dirname(require.resolve('onnxruntime-node/package.json'));
      return join(root, 'bin', 'napi-v6', ...platform.split('-'));
    }
    const api = createRequire(require.resolve('@duckdb/node-api'));
    const bindings = createRequire(api.resolve('@duckdb/node-bindings/package.json'));
    return dirname(bindings.resolve(`@duckdb/node-bindings-${platform}/package.json`));
  } catch {
    return null;
  }
}

/** The runner's tool cache, or the user's cache; then the runner's temporary folder, or the system's. */
function nativeCache({ env, registry, log, pauseMs }: RuntimeOptions): NativeCache {
  const own = env.XDG_CACHE_HOME || join(env.HOME || env.USERPROFILE || homedir(), '.cache');
  const lasting = env.RUNNER_TOOL_CACHE ? join(env.RUNNER_TOOL_CACHE, 'taster') : join(own, 'taster');
  const passing = join(env.RUNNER_TEMP || tmpdir(), 'taster-native');
  return {
    caches: [lasting, passing],
    registry: checkedRegistry(registry),
    env,
    log,
    ...(pauseMs === undefined ? {} : { pauseMs }),
  };
}

function checkedRegistry(given: string | null): string {
  if (given === null || given === '') return REGISTRY;
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url && (url.protocol === 'https:' || url.protocol === 'http:')) return url.href;
  throw new UserError('registry', 'The registry is not an http or https address.', {
    hint: `Give the address of an npm registry, such as ${REGISTRY}.`,
  });
}

function unreachable(error: unknown): UserError {
  const reason = oneLine(error instanceof Error ? error.message : String(error), 300);
  return new UserError('runtime', `The native files of DuckDB cannot be had: ${reason}.`, {
    hint: 'Name a folder that holds them with `runtime-path`, or a registry that this machine can reach with `registry`.',
    infrastructure: true,
    cause: error,
  });
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
