import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Rooms from the lowest layer up; rooms on one line may not import each other. */
const LAYERS = [
  ['errors', 'tensor'],
  ['stats', 'evidence', 'onnx'],
  ['gradients', 'table', 'source'],
  ['features', 'weights'],
  ['training', 'checks'],
  ['config'],
  ['review'],
  ['audit'],
  ['report'],
  ['bot'],
  ['adapters'],
  ['shells'],
];
const CHECKS_SEE = ['errors', 'tensor', 'stats', 'evidence', 'checks'];
const EFFECT_ROOMS = ['adapters', 'shells'];

/** Tables may be long: one row after another of the same shape. */
const TABLES: readonly string[] = ['adapters/native-pins.ts', 'config/options.ts'];
/** The only `index.ts` files: tables of rows, not barrels. */
const INDEXES = ['audit/index.ts', 'checks/index.ts', 'gradients/index.ts'];
const LONGEST = 200;

/** What only rooms with effects may touch. */
const EFFECTS: readonly { readonly name: string; readonly pattern: RegExp }[] = [
  { name: 'process', pattern: /\bprocess\s*\./ },
  { name: 'console', pattern: /\bconsole\s*\./ },
  { name: 'the clock', pattern: /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.now\b/ },
  { name: 'an unseeded random number', pattern: /\bMath\.random\b|\brandomUUID\b|\brandomBytes\b/ },
  { name: 'a timer', pattern: /\bset(?:Timeout|Interval|Immediate)\s*\(/ },
];
const EFFECT_IMPORTS =
  /^(?:node:(?:fs|child_process|http|https|http2|net|tls|dgram|dns|os|worker_threads|process|timers|cluster|readline|tty)(?:\/|$)|@actions\/|@duckdb\/|onnxruntime-(?:node|web)(?:\/|$))/;

/** Code without comments; strings stay, line numbers stay. */
function withoutComments(text: string): string {
  return text.replace(
    /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
    (part) => (part.startsWith('//') || part.startsWith('/*') ? part.replace(/[^\n]/g, ' ') : part),
  );
}

/** Module names that a file imports, type imports and re-exports included. */
function importsOf(text: string): string[] {
  const code = withoutComments(text);
  const patterns = [
    /(?:^|[;\n])\s*(?:import|export)\b(?:(?!\bfrom\b)[\w\s{},*$])*\bfrom\s*['"]([^'"]+)['"]/g,
    /(?:^|[;\n])\s*import\s*['"]([^'"]+)['"]/g,
    /\bimport\s*\(\s*['"]([^'"]+)['"]/g,
    /\brequire\s*\(\s*['"]([^'"]+)['"]/g,
  ];
  return patterns.flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[1]!));
}

type Sources = Readonly<Record<string, string>>;

/** Paths under `src/` that a source file imports, resolved. */
function edgesOf(file: string, sources: Sources): string[] {
  return importsOf(sources[file]!)
    .filter((name) => name.startsWith('.'))
    .map((name) => posix.join(posix.dirname(file), name));
}

const roomOf = (file: string): string => (file.includes('/') ? file.split('/')[0]! : file.replace(/\.ts$/, ''));
const layerOf = (room: string): number => LAYERS.findIndex((rooms) => rooms.includes(room));

function unresolved(sources: Sources): string[] {
  return Object.keys(sources).flatMap((file) =>
    edgesOf(file, sources)
      .filter((target) => !target.startsWith('..') && !(target in sources))
      .map((target) => `${file} imports ${target}, which is not there`),
  );
}

function wrongDirections(sources: Sources): string[] {
  return Object.keys(sources).flatMap((file) => {
    const room = roomOf(file);
    if (layerOf(room) < 0) return [`${file}: no such room in the architecture`];
    return edgesOf(file, sources).flatMap((target) => {
      if (target.startsWith('..'))
        return target === '../package.json' && EFFECT_ROOMS.includes(room) ? [] : [`${file} imports ${target}`];
      const other = roomOf(target);
      if (other === room) return [];
      if (layerOf(other) < 0) return [`${file} imports ${target}: no such room`];
      if (layerOf(other) >= layerOf(room)) return [`${file} imports ${target}: ${other} is not below ${room}`];
      if (room === 'checks' && !CHECKS_SEE.includes(other))
        return [`${file} imports ${target}: checks see evidence alone`];
      if (room === 'adapters' && (other === 'report' || target === 'review/run.ts'))
        return [`${file} imports ${target}: adapters implement interfaces only`];
      return [];
    });
  });
}

/** Every circle once, as the path around it. */
function circles(sources: Sources): string[] {
  const state = new Map<string, 'open' | 'done'>();
  const found: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === 'done' || !(file in sources)) return;
    if (state.get(file) === 'open') {
      found.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      return;
    }
    state.set(file, 'open');
    for (const target of edgesOf(file, sources)) visit(target, [...path, file]);
    state.set(file, 'done');
  };
  for (const file of Object.keys(sources)) visit(file, []);
  return found;
}

function effectsOutside(sources: Sources): string[] {
  return Object.entries(sources)
    .filter(([file]) => !EFFECT_ROOMS.includes(roomOf(file)))
    .flatMap(([file, text]) => {
      const code = withoutComments(text);
      const touched = EFFECTS.filter(({ pattern }) => pattern.test(code)).map(({ name }) => `${file} touches ${name}`);
      const imported = importsOf(text).filter((name) => EFFECT_IMPORTS.test(name));
      return [...touched, ...imported.map((name) => `${file} imports ${name}`)];
    });
}

function tooLong(sources: Sources): string[] {
  return Object.entries(sources)
    .map(([file, text]) => ({ file, lines: text.split('\n').length - 1 }))
    .filter(({ file, lines }) => lines >= LONGEST && !TABLES.includes(file))
    .map(({ file, lines }) => `${file}: ${lines} lines`);
}

function badNames(sources: Sources): string[] {
  return Object.keys(sources).filter(
    (file) =>
      /(?:^|\/)(?:utils?|helpers?|types?|common|managers?|misc)\.ts$/.test(file) ||
      !/^(?:[a-z0-9]+(?:-[a-z0-9]+)*\/)*[a-z0-9]+(?:-[a-z0-9]+)*\.ts$/.test(file) ||
      (file.endsWith('/index.ts') && !INDEXES.includes(file)),
  );
}

/** Files that do nothing but hand on what others export. */
function barrels(sources: Sources): string[] {
  return Object.entries(sources)
    .filter(
      ([, text]) =>
        withoutComments(text)
          .replace(/(?:^|\n)\s*export\s[^;]*\bfrom\s*['"][^'"]+['"];?/g, '')
          .trim() === '',
    )
    .map(([file]) => file);
}

/** A class is an error, or something that must be closed. */
function classes(sources: Sources): string[] {
  return Object.entries(sources).flatMap(([file, text]) => {
    const code = withoutComments(text);
    return [...code.matchAll(/(?:^|\n)\s*(?:export\s+)?(?:abstract\s+)?class\s+(\w+)([^{]*)\{/g)]
      .filter(
        ([, , heritage]) =>
          !/\bextends\s+\w*Error\b/.test(heritage!) && !/\bclose\s*\(|Symbol\.(?:async)?[dD]ispose/.test(code),
      )
      .map(([, name]) => `${file}: class ${name}`);
  });
}

function tracked(...under: string[]): string[] {
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...under], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  return [...new Set(list.split('\0').filter(Boolean))];
}

function readSources(): Sources {
  const files = tracked('src').filter((file) => file.endsWith('.ts'));
  return Object.fromEntries(
    files.flatMap((file) => {
      try {
        return [[file.slice('src/'.length), readFileSync(join(ROOT, file), 'utf8')]];
      } catch {
        return []; // listed by git, removed in the work tree
      }
    }),
  );
}

const sources = readSources();

test('every import leads to a file', () => assert.deepEqual(unresolved(sources), []));
test('imports go down the layers only', () => assert.deepEqual(wrongDirections(sources), []));
test('no circles, types included', () => assert.deepEqual(circles(sources), []));
test('effects stay in adapters and shells', () => assert.deepEqual(effectsOutside(sources), []));
test('files that are no table stay under 200 lines', () => assert.deepEqual(tooLong(sources), []));
test('files are named by their idea', () => assert.deepEqual(badNames(sources), []));
test('no barrels', () => assert.deepEqual(barrels(sources), []));
test('classes are errors or must be closed', () => assert.deepEqual(classes(sources), []));

test('the listed tables are there', () => {
  assert.deepEqual(
    TABLES.filter((file) => !(file in sources)),
    [],
  );
});

test('nothing names the place where it was made', () => {
  // Pieces, so that this file does not name it either.
  const names = [
    ['/wo', 'rk/ma', 'in'],
    ['/wo', 'rk/sha', 'red'],
    ['/wo', 'rk/.lib'],
    ['helper ', 'session'],
    ['/tmp/', 'brief'],
  ];
  const pattern = new RegExp(names.map((pieces) => pieces.join('').replace(/[.]/g, '\\.')).join('|'), 'i');
  const readable = tracked().filter((file) => /\.(?:ts|js|json|md|ya?ml|txt|tsv|csv|toml)$|^[^.]+$|^\.\w+$/.test(file));
  const found = readable.filter((file) => {
    try {
      return pattern.test(readFileSync(join(ROOT, file), 'utf8'));
    } catch {
      return false; // removed in the work tree, or a folder of another repository
    }
  });
  assert.deepEqual(found, []);
});

test('the guards see what they guard against', () => {
  const bad: Sources = {
    'stats/a.ts': "import type { B } from './b.ts';\nimport { x } from '../checks/c.ts';\n",
    'stats/b.ts': "import {\n  type A,\n} from './a.ts';\nconst seed = Math.random();\n",
    'checks/c.ts':
      "import { pool } from '../table/pool.ts';\nimport fs from 'node:fs/promises';\nexport const x = process.env.HOME;\n",
    'table/pool.ts': "// import { x } from '../shells/cli.ts'\nexport const pool = 'process'; /* console.log */\n",
    'adapters/d.ts': "import { render } from '../report/markdown.ts';\nconst m = await import('../review/run.ts');\n",
    'report/markdown.ts': 'export class Renderer {}\n' + '\n'.repeat(LONGEST),
    'review/run.ts': "export * from './utils.ts';\n",
    'review/utils.ts': "export const y = typeof import('../nowhere/z.ts');\n",
  };
  assert.deepEqual(wrongDirections(bad), [
    'stats/a.ts imports checks/c.ts: checks is not below stats',
    'checks/c.ts imports table/pool.ts: checks see evidence alone',
    'adapters/d.ts imports report/markdown.ts: adapters implement interfaces only',
    'adapters/d.ts imports review/run.ts: adapters implement interfaces only',
    'review/utils.ts imports nowhere/z.ts: no such room',
  ]);
  assert.deepEqual(circles(bad), ['stats/a.ts -> stats/b.ts -> stats/a.ts']);
  assert.deepEqual(effectsOutside(bad), [
    'stats/b.ts touches an unseeded random number',
    'checks/c.ts touches process',
    'checks/c.ts imports node:fs/promises',
  ]);
  assert.deepEqual(unresolved(bad), ['review/utils.ts imports nowhere/z.ts, which is not there']);
  assert.deepEqual(tooLong(bad), [`report/markdown.ts: ${LONGEST + 1} lines`]);
  assert.deepEqual(badNames(bad), ['review/utils.ts']);
  assert.deepEqual(barrels(bad), ['review/run.ts']);
  assert.deepEqual(classes(bad), ['report/markdown.ts: class Renderer']);
});
