import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleFile, sampleImports, sampleWeights } from '../../../src/checks/sample-weights.ts';
import { unsafeFile } from '../../../src/checks/weights/unsafe-file.ts';
import type { FileFacts, ImportFact, WeightFacts } from '../../../src/evidence/weights.ts';

const file = (more: Partial<FileFacts> = {}): FileFacts => ({ ...sampleFile(1), ...more });
const strange = (more: Partial<ImportFact> = {}): ImportFact => ({
  ...{ name: 'package.Model', inside: '', at: 7, isCalled: true, isKnown: false, runsAnything: false },
  ...more,
});
const importing = (sha256: string, ...imports: ImportFact[]) => file({ sha256, imports, importsTotal: imports.length });
const judge = (facts: Partial<WeightFacts>) => unsafeFile.run(sampleWeights(1, facts), {});
const outcome = (base: FileFacts | null, head: FileFacts) => {
  const found = judge({ change: base ? 'changed' : 'added', base, head });
  return `${found.outcome}${found.introduced ? '' : ', in base'}`;
};

test('an import that base has, too, stands in base, unless it does what its arguments say', () => {
  const [one, other] = [importing('a', strange()), importing('b', strange())];
  assert.equal(outcome(null, other), 'fail');
  assert.equal(outcome(one, other), 'fail, in base');
  assert.equal(outcome(importing('a'), other), 'fail');
  assert.equal(outcome(one, importing('b', strange({ name: 'package.Other' }))), 'fail');
  assert.equal(outcome(importing('a', strange({ isCalled: false })), other), 'fail', 'it is called now');
  assert.equal(outcome(one, importing('b', strange({ inside: 'renamed/data.pkl' }))), 'fail, in base');
  const runs = strange({ name: 'builtins.getattr', runsAnything: true });
  assert.equal(outcome(importing('a', runs), importing('b', runs)), 'fail');
  assert.equal(outcome(importing('a', runs), importing('a', runs)), 'fail, in base', 'the file is the same');
  const flooded = { ...importing('b', strange()), importsTotal: 2000 };
  assert.equal(outcome(one, flooded), 'fail', 'beyond the cap');
});

test('a fault of the file is told apart by its sentence', () => {
  const faulty = file({ problems: ['Two lists disagree.'] });
  assert.equal(outcome(file(), faulty), 'fail');
  assert.equal(outcome(faulty, { ...faulty, sha256: 'b' }), 'fail, in base');
  assert.equal(outcome(faulty, { ...faulty, problems: ['Two lists disagree.', 'More.'] }), 'fail');
  assert.match(
    judge({ base: file(), head: faulty }).summary,
    /"models\/model\.pt" \(a zip archive\): Two lists disagree\./,
  );
});

test('what was not looked into is never a pass, and no excuse of base opens it', () => {
  const unread = file({ unread: ['It is packed by xz.'] });
  assert.equal(outcome(unread, unread), 'unknown');
  assert.equal(
    outcome(importing('a', strange()), { ...importing('b', strange()), unread: ['It breaks off.'] }),
    'unknown',
  );
  assert.equal(outcome(file(), { ...importing('b', strange()), unread: ['It breaks off.'] }), 'fail');
});

test('a disguise fails, another name for something harmless is told', () => {
  const named = (isDisguise: boolean) => file({ promised: { format: 'safetensors', isDisguise } });
  assert.equal(outcome(null, named(true)), 'fail');
  assert.equal(outcome(null, named(false)), 'warn');
  assert.equal(outcome(named(false), named(false)), 'warn, in base');
});

test('long lists and hostile names stay short', () => {
  const imports = Array.from({ length: 1000 }, (_, at) => strange({ name: `${'m'.repeat(290)}.${at}`, inside: 'x'.repeat(300) })); // biome-ignore format: one line
  const { summary } = judge({ base: null, change: 'added', head: file({ imports, importsTotal: 1000, problems: Array(100).fill('y'.repeat(300)) }) }); // biome-ignore format: one line
  assert.ok(summary.length <= 1000, `${summary.length}`);
  assert.match(summary, /and 994 more/);
  const { base, head } = { base: sampleFile(1), head: file(sampleImports(1, 'os.system')) };
  const [metric] = judge({ base, head }).metrics;
  assert.deepEqual([metric!.base!.value, metric!.head!.value, metric!.delta!.value], [0, 1, 1]);
});
