import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { applyBreak } from './apply-break.ts';
import { type Break, breaks } from './breaks.ts';
import { runTests, type TestRun } from './test-run.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const COPIED = [
  ...['src', 'test', 'docs', 'examples', 'build', 'bench', '.github'],
  ...['package.json', 'tsconfig.json', 'action.yml', 'README.md', 'CHANGELOG.md', 'LICENSE'],
];

/** `caught` is the only good one. */
type Result = { readonly kind: 'caught' | 'GREEN' | 'broken before' | 'no end' | 'crashed'; readonly detail: string };

/**
 * A break is caught when tests that pass without it fail with it. A file that no longer loads proves nothing: then
 * what fails is the file, not one of its tests.
 */
export function judge(before: TestRun, after: TestRun): Result {
  if (!before.ended || !after.ended) return { kind: 'no end', detail: '' };
  if (before.failed.length > 0) return { kind: 'broken before', detail: before.failed.join('; ') };
  if (after.failed.length === 0) return { kind: 'GREEN', detail: '' };
  const caught = after.failed.filter((name) => before.passed.includes(name));
  return caught.length > 0
    ? { kind: 'caught', detail: caught[0]! }
    : { kind: 'crashed', detail: after.failed.join('; ') };
}

async function tryBreaks(tree: string): Promise<boolean> {
  const unbroken = new Map<string, TestRun>();
  let allCaught = true;
  for (const one of breaks) {
    const files = one.tests.join(' ');
    const before = unbroken.get(files) ?? (await runTests(tree, one.tests));
    unbroken.set(files, before);
    const result = await tryBreak(tree, one, before);
    allCaught &&= result.kind === 'caught';
    const word = result.kind === 'caught' ? 'red' : result.kind;
    console.log(`| ${one.name} | ${files} | ${word}${result.detail === '' ? '' : `: ${result.detail}`} |`);
  }
  return allCaught;
}

async function tryBreak(tree: string, one: Break, before: TestRun): Promise<Result> {
  const path = join(tree, one.file);
  const original = readFileSync(path, 'utf8');
  writeFileSync(path, applyBreak(one, original));
  try {
    return judge(before, await runTests(tree, one.tests));
  } finally {
    writeFileSync(path, original);
  }
}

const tree = mkdtempSync(join(tmpdir(), 'taster-sabotage-'));
process.once('SIGINT', () => process.exit(130));
process.once('exit', () => rmSync(tree, { recursive: true, force: true }));
for (const name of COPIED.filter((each) => existsSync(join(ROOT, each))))
  cpSync(join(ROOT, name), join(tree, name), { recursive: true });
symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'), 'junction');
for (const one of breaks) applyBreak(one, readFileSync(join(tree, one.file), 'utf8'));
console.log('| break | tests | result |\n|---|---|---|');
const allCaught = await tryBreaks(tree);
console.log(allCaught ? `All ${breaks.length} breaks turned a test red.` : 'Not every break was caught.');
process.exitCode = allCaught ? 0 : 1;
