import assert from 'node:assert/strict';
import { test } from 'node:test';
import { confirmationOf } from '../../../src/checks/leakage/confirmation.ts';
import { unitsNearRisingRows } from '../../../src/checks/leakage/rising-rows.ts';
import { shortlistOf } from '../../../src/checks/leakage/shortlist.ts';
import { trialOf } from '../../../src/checks/leakage/trial.ts';
import { verify } from '../../../src/checks/leakage/verify.ts';
import { BASE, evidenceOf, FIRST, worldOf, wrongCopy } from './harmful-world.ts';

const limits = { difference: 1.5, lower: 1, tpr: 0.1, p: 0.01 };
const copyOfSeven = (strength: number) =>
  evidenceOf(worldOf((rows) => [wrongCopy(rows[7]!)], [{ culprit: FIRST, victim: 7, strength }]));
const suspectOf = (evidence: ReturnType<typeof copyOfSeven>) => {
  const { suspects } = shortlistOf(evidence)!;
  return suspects.find(({ rows }) => rows.includes(FIRST))!;
};

test('a near copy is aimed at the row that it copies, whatever the screen says', () => {
  const { reason, effects } = suspectOf(copyOfSeven(0));
  assert.equal(reason, 'conflict');
  assert.ok(effects.some(({ row }) => row === 7));
});

test('effects that rank with the noise of base are not tested', () => {
  const { reason, effects } = suspectOf(copyOfSeven(8));
  assert.equal(reason, 'rank');
  assert.deepEqual(effects.map(({ row }) => row), [7]); // biome-ignore format: one idea
});

test('a row that is accused for where it lies alone can warn, never fail', () => {
  const evidence = copyOfSeven(8);
  const list = shortlistOf(evidence)!;
  const verdictBy = (reason: 'rank' | 'near-victim') => {
    const suspects = list.suspects.map((suspect) => ({ ...suspect, reason }));
    const listed = { ...list, suspects };
    const trial = trialOf(evidence, listed, limits.difference)!;
    const verified = verify(listed, trial, confirmationOf(evidence), limits);
    return verified!.judged.find(({ row }) => row === 7)!.verdict;
  };
  assert.equal(verdictBy('rank'), 'exposed');
  assert.equal(verdictBy('near-victim'), 'suspicious');
});

test('neighbours of a row that the whole change exposes are suspects; a calm row has none', () => {
  const neighbours = (strength: number) => {
    const { scores, rows, ...evidence } = copyOfSeven(strength);
    const width = 2;
    const values = Float32Array.from(rows.flatMap((_, row) => (row === 7 || row === FIRST ? [9, 9] : [row / 1000, 0])));
    const features = { ...evidence.features, values, width } as NonNullable<typeof evidence.features>;
    const victims = Array.from({ length: BASE }, (_, row) => row);
    return unitsNearRisingRows({ ...evidence, rows, scores, features }, scores.base!, scores.with!, victims);
  };
  const found = neighbours(8).get(copyOfSeven(8).rows[FIRST]!.unit);
  assert.deepEqual(found, [7]);
  assert.equal(neighbours(0).size, 0);
});
