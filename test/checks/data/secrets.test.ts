import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultOptions } from '../../../src/checks/check.ts';
import { secrets as check } from '../../../src/checks/data/secrets.ts';
import { sampleEvidence, sampleWorld } from '../../../src/checks/sample-evidence.ts';
import type { SecretPlace, Secrets } from '../../../src/evidence/secrets.ts';

const plain = sampleEvidence(sampleWorld(1, { base: 20, added: 20 }));
const place = (row: number, more: Partial<SecretPlace> = {}): SecretPlace => ({
  ...{ row, column: 'note', kind: 'GitHub token', isCredential: true, secret: row, start: 0, end: 9 },
  ...{ inBase: false, inHead: true, isNew: true, ...more },
});
const mail = { kind: 'email address', isCredential: false };
const old = { inBase: true, isNew: false };
const NONE: Secrets = { places: [], counts: [], unplaced: 0, unscanned: { fresh: 0, base: 0 } };

function ask(places: readonly SecretPlace[], more: Partial<Secrets> = {}, options = {}) {
  const counts = [...Map.groupBy(places, ({ kind }) => kind)].map(([kind, held]) => ({
    ...{ kind, isCredential: held[0]!.isCredential, base: held.filter(({ inBase }) => inBase).length },
    ...{ head: held.filter(({ inHead }) => inHead).length, fresh: held.filter(({ isNew }) => isNew).length },
  }));
  const evidence = { ...plain, secrets: { ...NONE, places, counts, ...more } };
  return check.run(evidence, { ...defaultOptions(check.options), ...options });
}

test('a new credential fails, new personal data warn; credentials are named first', () => {
  const both = ask([place(25, mail), place(26, mail), place(26, mail), place(30)]);
  assert.equal(both.outcome, 'fail');
  assert.match(both.summary, /brings 1 credential and 3 pieces of personal data: GitHub token \(1\), email address \(3\); column "note"\./); // biome-ignore format: one idea
  assert.deepEqual(
    both.rows.map(({ row, why }) => [row, why]),
    [
      [30, 'Holds: GitHub token in column "note".'],
      [26, 'Holds: email address (2) in column "note".'],
      [25, 'Holds: email address in column "note".'],
    ],
  );
  assert.deepEqual([both.introduced, both.rowsTotal, both.metrics[0]!.head!.value], [true, 3, 4]);
  assert.equal(ask([place(25, mail)]).outcome, 'warn');
});

test('what base has is told apart: a credential as a warning that is not of this change, personal data in words', () => {
  const standing = ask([place(3, old), place(4, { ...old, ...mail })]);
  assert.deepEqual([standing.outcome, standing.introduced, standing.rows.map(({ row }) => row)], ['warn', false, [3]]);
  const known = ask([place(3, { ...old, ...mail }), place(25, { ...mail, isNew: false, secret: 3 })]);
  assert.deepEqual([known.outcome, known.rows], ['pass', []]);
  assert.match(
    known.summary,
    /No new credential or personal data\. Base has 0 credentials and personal data in 1 place\./,
  );
  const mixed = ask([place(3, old), place(25, mail)]);
  assert.deepEqual([mixed.outcome, mixed.introduced, mixed.rows.map(({ row }) => row)], ['warn', true, [25]]);
});

test('what was not looked into is unknown, not passed; beside a finding it is told as unseen', () => {
  const cut = { unscanned: { fresh: 3, base: 0 } };
  const none = ask([], cut);
  assert.deepEqual([none.outcome, none.unseen], ['unknown', 3]);
  assert.match(none.summary, /not all was looked at\. 3 cells were not looked into/);
  const found = ask([place(25, mail)], cut);
  assert.deepEqual([found.outcome, found.unseen], ['warn', 3]);
  const base = ask([], { unscanned: { fresh: 0, base: 5 } });
  assert.deepEqual([base.outcome, base.unseen], ['pass', undefined]);
  assert.match(base.summary, /5 cells of base were not looked into to the end/);
});

test('rows beyond the sample count, and limits are limits', () => {
  const apart = ask([place(25)], { counts: [{ kind: 'GitHub token', isCredential: true, base: 0, head: 4, fresh: 4 }], unplaced: 3 }); // biome-ignore format: one idea
  assert.deepEqual([apart.outcome, apart.rows.length, apart.rowsTotal], ['fail', 1, 4]);
  assert.match(apart.summary, /3 of them are in rows beyond the sample/);
  assert.equal(ask([place(25, mail), place(26, mail)], {}, { personal: 2 }).outcome, 'pass');
  assert.equal(ask([place(25), place(26)], {}, { credentials: 1 }).outcome, 'fail');
  assert.equal(ask([place(25)], {}, { credentials: 1 }).outcome, 'pass');
});

test('many rows and long names of columns stay within the caps', () => {
  const many = Array.from({ length: 20 }, (_, at) => place(20 + at, { column: `c${at}`.repeat(200), secret: at }));
  const finding = ask(many);
  assert.ok(finding.summary.length < 600 && finding.rows.every(({ why }) => why.length < 300));
});
