import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/** What onnxruntime-node/dist/binding.js loads its native file with; the build fails when it changes. */
const BINDING = '`../bin/napi-v6/$' + '{process.platform}/$' + '{process.arch}/onnxruntime_binding.node`';

/** The file that a variable names, else node's own resolution. Arguments are no literals: the bundler leaves them be. */
const onnxruntime = [
  'require(process.env.TASTER_ONNXRUNTIME_BINDING ||',
  "['onnxruntime-node/bin/napi-v6', process.platform, process.arch, 'onnxruntime_binding.node'].join('/'))",
].join(' ');

const duckdb = `
const names = ['@duckdb/node-api', '@duckdb/node-bindings'];
const { createRequire } = process.getBuiltinModule('node:module');
const named = process.env.TASTER_DUCKDB_BINDINGS;
const given = named && (named.endsWith('.node') ? named : named + '/duckdb.node');
module.exports = given ? require(given) : createRequire(require.resolve(names[0]))(names[1]);
`;

/** Replaces the two places where bundled libraries load native files. */
export const nativeRequirePlugin: Plugin = {
  name: 'native-require',
  setup(build) {
    build.onLoad({ filter: /onnxruntime-node[\\/]dist[\\/]binding\.js$/ }, async ({ path }) => {
      const parts = (await readFile(path, 'utf8')).split(`require(${BINDING})`);
      if (parts.length !== 2)
        return { errors: [{ text: `expected require(${BINDING}) once, found it ${parts.length - 1} times` }] };
      return { contents: parts.join(onnxruntime), loader: 'js' };
    });
    build.onResolve({ filter: /^@duckdb\/node-bindings$/ }, () => ({ path: 'bindings', namespace: 'duckdb-native' }));
    build.onLoad({ filter: /.*/, namespace: 'duckdb-native' }, () => ({ contents: duckdb, loader: 'js' }));
  },
};
