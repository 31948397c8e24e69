import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ownAction, pinned, pinnedActions } from '../../src/config/action-pins.ts';
import { workflowYaml } from '../../src/config/workflow.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const WORKFLOWS = '.github/workflows';

/** What stands behind `uses:` in a text, comments included. */
const used = (text: string): string[] => [...text.matchAll(/^\s*-? *uses: (.+)$/gm)].map(([, use]) => use!.trim());
const isOfOthers = (use: string) => !use.startsWith('./') && !/^[\w-]+\/taster@/i.test(use);
const isPinned = (use: string) => /^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(use);
const known = new Map(pinnedActions.map((name) => [name, pinned(name as Parameters<typeof pinned>[0])]));

test('our own workflows use every action of others by its commit, and those that we write by the same one', () => {
  const all = readdirSync(join(root, WORKFLOWS)).flatMap((name) =>
    used(read(`${WORKFLOWS}/${name}`)).filter(isOfOthers),
  );
  assert.ok(all.length > 5);
  for (const use of all) {
    assert.ok(isPinned(use), use);
    const [name = ''] = use.split('@');
    if (known.has(name)) assert.equal(use, known.get(name));
  }
  for (const [name, use] of known) assert.ok(all.includes(use), `${name} is used by us as others are told to`);
});

test('so do the workflow that init writes and those that the pages show', () => {
  const written = used(workflowYaml({ action: 'owner/taster', version: 'v1' })).filter(isOfOthers);
  assert.deepEqual([...new Set(written)].sort(), [...known.values()].sort());
  const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
  const shown = ['README.md', ...pages.map((name) => `docs/${name}`)].flatMap((path) => used(read(path)));
  const ofKnown = shown.filter((use) => known.has(use.split('@')[0]!));
  assert.ok(ofKnown.length >= 6);
  for (const use of ofKnown) assert.equal(use, known.get(use.split('@')[0]!));
});

test('our own action stands by its tag until its commit is given', () => {
  assert.match(ownAction({ action: 'o/taster', version: 'v1' }), /^o\/taster@v1 # zizmor: ignore\[unpinned-uses\] /);
  const commit = 'a'.repeat(40);
  assert.equal(ownAction({ action: 'o/taster', version: commit }), `o/taster@${commit}`);
});
