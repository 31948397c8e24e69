import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { applyBreak } from './apply-break.ts';
import { breaks as all, type Break } from './breaks.ts';
import { judge, type Result } from './judge.ts';
import { runTests, type TestRun } from './test-run.ts';

/** `npm run test:sabotage -- WORDS` tries those alone whose name holds the words. */
const breaks = all.filter(({ name }) => name.includes(process.argv.slice(2).join(' ')));
const ROOT = resolve(import.meta.dirname, '../..');
const COPIED = [
  ...['src', 'test', 'docs', 'examples', 'build', 'bench', '.github'],
  ...['package.json', 'tsconfig.json', 'action.yml', 'README.md', 'CHANGELOG.md', 'LICENSE'],
];

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
try {
  for (const one of breaks) applyBreak(one, readFileSync(join(tree, one.file), 'utf8'));
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
console.log('| break | tests | result |\n|---|---|---|');
const allCaught = await tryBreaks(tree);
console.log(allCaught ? `All ${breaks.length} breaks turned a test red.` : 'Not every break was caught.');
process.exitCode = allCaught ? 0 : 1;
