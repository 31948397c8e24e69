import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { checks } from '../../src/checks/index.ts';
import { renderSarif } from '../../src/report/sarif.ts';
import { OTHER_RULE } from '../../src/report/sarif-rules.ts';
import { sarifText } from '../../src/report/sarif-text.ts';
import { sarifUri } from '../../src/report/sarif-uri.ts';
import { exitCode } from '../../src/review/verdict.ts';
import { ATTACKS } from './attacks.ts';
import { crowdedReview, findingOf, flooded, hugeReview, SAMPLES, sampleReview, withFinding } from './samples.ts';
import { readSarif, type SarifLogResult } from './sarif-schema.ts';

const failing = sampleReview('fail-amplification');
const resultsOf = (review: Parameters<typeof renderSarif>[0], check: string): SarifLogResult[] =>
  readSarif(renderSarif(review)).results.filter(({ properties }) => properties.check === check);

for (const name of SAMPLES)
  test(`${name}: in the published schema, a result for each row or finding that is told, and the exit state`, () => {
    const review = sampleReview(name);
    const text = renderSarif(review);
    assert.equal(text, renderSarif(review));
    const { results, invocations } = readSarif(text);
    const told = review.findings.filter(({ outcome }) => outcome !== 'pass' && outcome !== 'not-applicable');
    const found = (outcome: string) => outcome === 'warn' || outcome === 'fail';
    const expected = told.map(({ outcome, rows }) => (found(outcome) ? Math.max(1, rows.length) : 1));
    assert.equal(results.length, expected.reduce((sum, count) => sum + count, 0)); // biome-ignore format: one idea
    assert.equal(invocations[0]!.exitCode, exitCode(review.verdict));
    assert.equal(invocations[0]!.executionSuccessful, review.verdict !== 'unknown');
    for (const result of results) assertHarmless(result);
  });

test('the rules are the checks, in their order, with what to do', () => {
  const { rules } = readSarif(renderSarif(failing)).tool.driver;
  assert.deepEqual(
    rules.map(({ id }) => id),
    [...checks.map(({ id }) => id), OTHER_RULE],
  );
  const [rule] = rules;
  assert.equal(rule!.shortDescription.text, checks[0]!.question);
  assert.ok(rule!.help.text.includes(checks[0]!.why) && rule!.help.markdown.includes(checks[0]!.remedy));
});

test('a culprit stands at its line, its victims beside it', () => {
  const rows = findingOf(failing, 'amplification').rows;
  const results = resultsOf(failing, 'amplification');
  assert.deepEqual(
    results.map(({ level, locations }) => [level, locations[0]!.physicalLocation]),
    rows.map(({ path, line }) => ['error', { artifactLocation: { uri: path }, region: { startLine: line } }]),
  );
  const [victim] = rows[0]!.victims;
  const [related] = results[0]!.relatedLocations!;
  assert.equal(related!.physicalLocation.artifactLocation.uri, victim!.path);
  assert.equal(related!.message!.text, `${victim!.path}:${victim!.line} of base, effect ${victim!.effect.toFixed(2)}`);
  assert.match(results[0]!.message.text, /Exposes data\/train\.csv:41 \(base\)\. Remove the named rows/);
});

test('a row without a line of the change stands at the first, and the message says which it is', () => {
  const resultOf = (change: object): SarifLogResult => {
    const rows = findingOf(failing, 'amplification').rows.map((row) => ({ ...row, ...change }));
    return resultsOf(withFinding(failing, 'amplification', { rows }), 'amplification')[0]!;
  };
  const cases: [object, RegExp][] = [
    [{ revision: 'base' }, / It is line 3012 of base\.$/],
    [{ revision: 'base', line: null, ordinal: 811 }, / It is row 812 of base\.$/],
    [{ path: 'a.parquet', line: null, ordinal: 811 }, / It is row 812 of the file\.$/],
    [{ path: 'a.png', line: null, ordinal: 811 }, /other than their author\.$/],
    [{ path: 'a.png', line: null, revision: 'base' }, / It is the image of base\.$/],
    [{ line: 0 }, / It is line 0 of the file\.$/],
  ];
  for (const [change, words] of cases) {
    const { locations, relatedLocations, message } = resultOf(change);
    assert.deepEqual(locations[0]!.physicalLocation.region, { startLine: 1 });
    assert.match(message.text, words);
    assert.equal(relatedLocations![0]!.physicalLocation.region, undefined);
  }
});

test('only a broken gate is an error; what stood in base, is accepted or was not told is a note', () => {
  const levels = (change: Parameters<typeof withFinding>[2]) => [
    ...new Set(
      resultsOf(withFinding(failing, 'amplification', { broken: false, ...change }), 'amplification').map(
        ({ level }) => level,
      ),
    ),
  ];
  assert.deepEqual(levels({ broken: true }), ['error']);
  assert.deepEqual(levels({ broken: true, ignored: { reason: 'forged', until: null } }), ['error']);
  assert.deepEqual(levels({ gated: true }), ['error'], 'a gated fail is a broken gate, whatever is written');
  assert.deepEqual(levels({ gated: false }), ['warning']);
  assert.deepEqual(levels({ outcome: 'warn' }), ['warning']);
  assert.deepEqual(levels({ introduced: false }), ['note']);
  assert.deepEqual(levels({ ignored: { reason: 'known', until: null } }), ['note']);
  assert.deepEqual(levels({ outcome: 'unknown' }), ['note']);
  assert.deepEqual(levels({ outcome: 'error' }), ['note']);
  assert.deepEqual(levels({ outcome: 'pass' }), []);
});

test('what stood in base says so, what is accepted is suppressed with its reason and end', () => {
  const [standing] = resultsOf(withFinding(failing, 'amplification', { introduced: false }), 'amplification');
  assert.equal(standing!.properties.introduced, false);
  assert.match(standing!.message.text, /^In base already, not brought by this change\. /);
  const ignored = { reason: 'checked by hand', until: '2027-01-31' };
  const [accepted] = resultsOf(withFinding(failing, 'amplification', { broken: false, ignored }), 'amplification');
  assert.deepEqual(accepted!.suppressions, [
    { kind: 'external', status: 'accepted', justification: 'checked by hand (until 2027-01-31)' },
  ]);
  assert.equal(resultsOf(failing, 'amplification')[0]!.suppressions, undefined);
});

test('what could not be told accuses no row', () => {
  const results = resultsOf(withFinding(failing, 'amplification', { outcome: 'unknown' }), 'amplification');
  assert.equal(results.length, 1);
  assert.match(results[0]!.message.text, /^Could not tell: /);
  assert.deepEqual(results[0]!.locations[0]!.physicalLocation, {
    artifactLocation: { uri: 'data/train.csv' },
    region: { startLine: 1 },
  });
});

test('a fingerprint stays when lines move and other rows are mended, and tells rows apart', () => {
  const prints = (results: SarifLogResult[]) => results.map((each) => each.partialFingerprints.primaryLocationLineHash);
  const before = prints(resultsOf(failing, 'amplification'));
  assert.equal(new Set(before).size, before.length);
  const rows = findingOf(failing, 'amplification').rows.slice(1);
  const moved = rows.map((row) => ({ ...row, line: row.line! + 5, ordinal: row.ordinal + 5 }));
  const after = resultsOf(withFinding(failing, 'amplification', { id: 'another', rows: moved }), 'amplification');
  assert.deepEqual(prints(after), before.slice(1));
  const twins = rows.map((row) => ({ ...row, id: 'one' }));
  const same = prints(resultsOf(withFinding(failing, 'amplification', { rows: twins }), 'amplification'));
  assert.deepEqual(
    same.map((print) => print!.split(':')[1]),
    twins.map((_, index) => String(index + 1)),
  );
});

test('a check of a later version goes by the last rule', () => {
  const review = { ...failing, findings: [{ ...findingOf(failing, 'amplification'), check: 'later' }] };
  for (const { ruleId, properties } of readSarif(renderSarif(review)).results)
    assert.deepEqual([ruleId, properties.check], [OTHER_RULE, 'later']);
});

for (const [path, uri] of [
  ['data/my_file-1.~x.csv', 'data/my_file-1.~x.csv'],
  ['data/a b#c?d%e:f.csv', 'data/a%20b%23c%3Fd%25e%3Af.csv'],
  ['dätä/数.csv', 'd%C3%A4t%C3%A4/%E6%95%B0.csv'],
  ['../../etc/passwd', '_/_/etc/passwd'],
  ['/etc/passwd', '_/etc/passwd'],
  ['//evil.example/x', '_/_/evil.example/x'],
  ['https://evil.example/x', 'https%3A/_/evil.example/x'],
  ['C:\\x\\..\\y', 'C__x_.._y'],
  ['..\\..\\x', '.._.._x'],
  ['a/./b/', 'a/_/b/_'],
  ['', '_'],
  ['a\0b\ud800', 'a_b%EF%BF%BD'],
] as const)
  test(`a path as a reference: ${JSON.stringify(path)}`, () => {
    assert.deepEqual(sarifUri(path), { uri, cut: false });
  });

test('of a path that is too long the end is written, and that is said', () => {
  const path = `${'a/'.repeat(5000)}end.csv`;
  const { uri, cut } = sarifUri(path);
  assert.ok(cut && uri.startsWith('_/') && uri.endsWith('/end.csv') && uri.length <= 1003);
  const rows = findingOf(failing, 'amplification').rows.map((row) => ({ ...row, path, victims: [] }));
  const { invocations } = readSarif(renderSarif(withFinding(failing, 'amplification', { rows })));
  const cuts = invocations[0]!.toolExecutionNotifications.map(({ message }) => message.text);
  assert.ok(cuts.includes('Cut: 6 paths of more than 1,000 characters; the end of each is written.'), cuts.join());
});

test('prose stays as it is', () => {
  const text = 'Of the data: 3 rows, at a.csv:7 (id x-1), {a} [b] <= 2 & #, d′ 6.1.';
  assert.equal(sarifText(text, 200), text);
});

for (const [name, text] of Object.entries(ATTACKS))
  test(`every text replaced: ${name}`, () => {
    for (const sample of ['fail-amplification', 'unknown-gated', 'warn-hostile'] as const) {
      const { results, invocations } = readSarif(renderSarif(flooded(sampleReview(sample), text)));
      assert.ok(results.length > 0);
      for (const result of results) assertHarmless(result);
      for (const { message } of invocations[0]!.toolExecutionNotifications) assertHarmlessText(message.text);
      assertHarmlessText(invocations[0]!.exitCodeDescription);
    }
  });

test('a full review: one result of every finding comes before a second row of another, and what is cut is said', () => {
  const review = crowdedReview();
  const { results, invocations } = readSarif(renderSarif(review));
  assert.equal(results.length, 5000);
  const told = review.findings.filter(({ outcome }) => outcome !== 'pass');
  assert.equal(new Set(results.map(({ properties }) => properties.finding)).size, told.length);
  assert.equal(results[0]!.level, 'error');
  const [cut, unnamed] = invocations[0]!.toolExecutionNotifications;
  assert.equal(cut!.level, 'warning');
  assert.match(cut!.message.text, /^Left out: 20,125 of 25,125 results\. /);
  assert.match(unnamed!.message.text, /^Not named: 1,225,000 rows\. /);
});

for (const text of ['a', '../', '😀', '数/', '\u0000'])
  test(`10,000 findings, 100,000 rows, texts of 10,000 characters (${JSON.stringify(text)}): in bounds, in seconds`, () => {
    const review = hugeReview(text);
    const start = performance.now();
    const written = renderSarif(review);
    assert.ok(performance.now() - start < 20_000);
    assert.ok(gzipSync(written).length < 10_000_000);
    const { results, invocations } = readSarif(written);
    assert.ok(results.length > 100, `${results.length}`);
    const said = invocations[0]!.toolExecutionNotifications.map(({ message }) => message.text).join('\n');
    for (const words of [/^Left out: [\d,]+ of 52,500 results/m, /^Not named: /m, /^Cut: /m, /^Left out: 950 notes/m])
      assert.match(said, words);
  });

test('more related rows than a result takes are counted', () => {
  const rows = findingOf(failing, 'amplification').rows.map((row) => ({
    ...row,
    victims: Array.from({ length: 25 }, () => row.victims[0]!),
  }));
  const { results, invocations } = readSarif(renderSarif(withFinding(failing, 'amplification', { rows })));
  assert.equal(results[0]!.relatedLocations!.length, 20);
  const said = invocations[0]!.toolExecutionNotifications.map(({ message }) => message.text);
  assert.ok(said.includes('Left out: 30 related rows; review.json holds them.'), said.join());
});

/** Places inside the repository, texts that nobody obeys. */
function assertHarmless({ message, locations, relatedLocations = [], suppressions = [] }: SarifLogResult): void {
  assert.notEqual(message.text, '');
  for (const text of [message.text, ...suppressions.map(({ justification }) => justification)])
    assertHarmlessText(text);
  for (const { physicalLocation, message: note } of [...locations, ...relatedLocations]) {
    assertHarmlessText(note?.text ?? '');
    const { uri } = physicalLocation.artifactLocation;
    assert.match(uri, /^[\w.~!'()*%/-]+$/);
    for (const part of uri.split('/'))
      assert.doesNotMatch(decodeURIComponent(part), /^(?:\.{0,2}|[A-Za-z]:.*)$|[\\\0/]/);
    // Beneath any folder it stays beneath that folder.
    assert.ok(new URL(uri, 'file:///a/b/').pathname.startsWith('/a/b/'));
  }
}

function assertHarmlessText(text: string): void {
  assert.ok(text.length <= 2000 && text.isWellFormed());
  assert.doesNotMatch(text, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  assert.doesNotMatch(text, /\]\(|\]\[|\{\d|@[\w-]|<[a-z!/?]|:\/\/|::|##\[|\bwww\.\w|#\d/i);
}
