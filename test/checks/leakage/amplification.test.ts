import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultOptions } from '../../../src/checks/check.ts';
import { amplification } from '../../../src/checks/leakage/amplification.ts';
import { shortlistOf } from '../../../src/checks/leakage/shortlist.ts';
import { trialOf } from '../../../src/checks/leakage/trial.ts';
import { answerExperiments } from '../../../src/checks/sample-ensemble.ts';
import type { Evidence } from '../../../src/evidence/evidence.ts';
import { evidenceOf, FIRST, worldOf, wrongCopy } from './harmful-world.ts';

const options = defaultOptions(amplification.options);
const ask = (evidence: Evidence) => amplification.run(evidence, options);
const experimentsOf = (evidence: Evidence) => amplification.experiments?.(evidence, options) ?? [];
const culprits = (evidence: Evidence) => ask(evidence).rows.map(({ row }) => row).sort((a, b) => a - b); // biome-ignore format: one idea

/** Two wrong-label copies, of rows 7 and 9, that harm them by `strength` nats. */
const twoCopies = (strength: number, more: Parameters<typeof worldOf>[2] = {}) =>
  worldOf(
    (rows) => [wrongCopy(rows[7]!), wrongCopy(rows[9]!)],
    [
      { culprit: FIRST, victim: 7, strength },
      { culprit: FIRST + 1, victim: 9, strength },
    ],
    more,
  );

test('names the rows that do harm, each with its victim, at the revision where they stand', () => {
  const finding = ask(evidenceOf(twoCopies(8)));
  assert.equal(finding.outcome, 'fail');
  assert.equal(finding.rowsTotal, 2);
  for (const [index, victim] of [7, 9].entries()) {
    const named = finding.rows.find(({ row }) => row === FIRST + index);
    assert.equal(named?.revision, 'head');
    assert.ok(named.score! > 6 && named.q! <= 0.01, `${named.score} ${named.q}`);
    assert.deepEqual(named.victims.map(({ row, revision }) => [row, revision]), [[victim, 'base']]); // biome-ignore format: one idea
  }
  const rise = finding.metrics.find(({ name }) => name === "largest rise of d'");
  assert.ok(rise!.head!.value! - rise!.base!.value! > 6);
});

test('wrong-label copies that do no harm are suspects, and cleared by retraining', () => {
  const evidence = evidenceOf(twoCopies(0));
  assert.equal(shortlistOf(evidence)?.suspects.filter(({ reason }) => reason === 'conflict').length, 2);
  const finding = ask(evidence);
  assert.deepEqual([finding.outcome, finding.rows, finding.rowsTotal], ['pass', [], 0]);
});

test('the fresh ensembles judge, not the screen: harm that does not come again exposes nobody', () => {
  const evidence = evidenceOf(twoCopies(8), twoCopies(0));
  assert.equal(shortlistOf(evidence)?.suspects.filter(({ reason }) => reason === 'rank').length, 2);
  assert.equal(ask(evidence).outcome, 'pass');
});

/** The experiments that were answered, by the last part of their ids. */
const retrained = (evidence: Evidence) =>
  new Map(evidence.experiments.map(({ experiment }) => [experiment.id.replace('amplification/', ''), experiment]));
const units = (all: readonly { unit: number }[]) => all.map(({ unit }) => unit);

test('the trial leaves out all suspects; the confirmation, with other seeds, the accused alone', () => {
  const world = worldOf(
    (rows) => [wrongCopy(rows[7]!), wrongCopy(rows[9]!)],
    [{ culprit: FIRST, victim: 7, strength: 8 }],
  );
  const evidence = evidenceOf(world);
  const { suspects, decoys } = shortlistOf(evidence)!;
  const asked = retrained(evidence);
  const trial = [asked.get('trial/with')!, asked.get('trial/without')!];
  assert.deepEqual(trial.map(({ without }) => without), [[], units(suspects)]); // biome-ignore format: one idea
  assert.equal(trial[0]!.seed, trial[1]!.seed);
  const confirmation = ['with', 'without', 'without-decoys'].map((name) => asked.get(`confirm/${name}`)!);
  assert.ok(suspects.length > 1, 'the other copy is a suspect');
  assert.deepEqual(confirmation.map(({ without }) => without), [[], [evidence.rows[FIRST]!.unit], units(decoys)]); // biome-ignore format: one idea
  assert.equal(new Set(confirmation.map(({ seed }) => seed)).size, 1);
  assert.notEqual(confirmation[0]!.seed, trial[0]!.seed);
  for (const { inside } of confirmation) assert.deepEqual(inside, units(decoys));
});

test('without a rise in the trial nothing more is trained', () => {
  const names = [...retrained(evidenceOf(twoCopies(0))).keys()];
  assert.deepEqual(names, ['trial/with', 'trial/without']);
});

test('two equal arms show no rise: the one without the accused must be retrained without them', () => {
  const evidence = evidenceOf(twoCopies(8));
  assert.equal(ask(evidence).outcome, 'fail');
  const whole = evidence.experiments.find(({ experiment }) => experiment.id.endsWith('confirm/with'))!.ensemble;
  const same = evidence.experiments.map(({ experiment, ensemble }) => ({
    experiment,
    ensemble: experiment.id.includes('/confirm/') ? whole : ensemble,
  }));
  assert.equal(ask({ ...evidence, experiments: same }).outcome, 'pass');
});

test('what the trial accuses and the confirmation does not bear out exposes nobody', () => {
  const [harmful, harmless] = [evidenceOf(twoCopies(8)), twoCopies(0)];
  const experiments = harmful.experiments.map((each) =>
    each.experiment.id.includes('/confirm/') ? answerExperiments(harmless, [each.experiment])[0]! : each,
  );
  const finding = ask({ ...harmful, experiments });
  assert.deepEqual([finding.outcome, finding.rows], ['pass', []]);
});

test('what all other suspects do together is not laid to the one that is accused', () => {
  const crowd = 8;
  const world = worldOf(
    (rows) => [7, ...Array.from({ length: crowd }, (_, index) => 20 + index)].map((row) => wrongCopy(rows[row]!)),
    Array.from({ length: crowd }, (_, index) => ({ culprit: FIRST + 1 + index, victim: 7, strength: 0.4 })),
  );
  const evidence = evidenceOf(world);
  const list = shortlistOf(evidence)!;
  const trial = trialOf(evidence, list, options.min_effect!)!;
  assert.ok(trial.effects.find(({ row }) => row === 7)!.difference >= 1.5, 'together they do harm');
  const accused = [...trial.accusations.values()].flat();
  assert.ok(accused.length < crowd / 2, `${accused.length} accused`);
  assert.deepEqual(ask(evidence).rows, []);
});

test('who is named is left out alone: what another suspect of the same row does is not laid to it', () => {
  const twoOfOne = (culprit: number) =>
    worldOf((rows) => [wrongCopy(rows[7]!), wrongCopy(rows[7]!)], [{ culprit, victim: 7, strength: 8 }]);
  const evidence = evidenceOf(twoOfOne(FIRST), twoOfOne(FIRST + 1));
  const suspects = shortlistOf(evidence)!.suspects.filter(({ effects }) => effects.some(({ row }) => row === 7));
  assert.equal(suspects.length, 2, 'the trial leaves out both, and sees harm');
  assert.ok(retrained(evidence).has('confirm/without'));
  assert.deepEqual([ask(evidence).outcome, ask(evidence).rows], ['pass', []]);
  assert.deepEqual(culprits(evidenceOf(twoOfOne(FIRST))), [FIRST]);
});

test('what the accused of one row do to another is not laid to those who are named for that: they are left out once more, alone', () => {
  const worldWith = (...effects: Parameters<typeof worldOf>[1]) =>
    worldOf((rows) => [wrongCopy(rows[7]!), wrongCopy(rows[9]!)], effects);
  const own = { culprit: FIRST, victim: 7, strength: 8 };
  const others = { culprit: FIRST + 1, victim: 9, strength: 8 };
  const weak = { ...others, strength: 1.1 };
  const honest = evidenceOf(worldWith(own, others), worldWith({ ...own, strength: 8 }, weak));
  assert.ok(retrained(honest).has('last/without'), 'one of two accused is cleared');
  assert.deepEqual(culprits(honest), [FIRST]);
  const isLast = (id: string) => id.endsWith('last/without');
  const cut = honest.experiments.map((each) => (isLast(each.experiment.id) ? { ...each, ensemble: null } : each));
  assert.equal(ask({ ...honest, experiments: cut }).outcome, 'unknown');
  // Fresh models say that it is the other one, accused for row 9, that harms row 7.
  const evidence = evidenceOf(worldWith(own, others), worldWith({ ...own, culprit: FIRST + 1 }, weak));
  assert.deepEqual(retrained(evidence).get('last/without')!.without, [evidence.rows[FIRST]!.unit]);
  assert.deepEqual(ask(evidence).rows.map(({ row }) => row).filter((row) => row === FIRST), []); // biome-ignore format: one idea
  assert.notEqual(ask(evidence).outcome, 'fail');
});

test('a rise that is beyond doubt is verified once; a smaller one must come again in fresh models to be a failure', () => {
  const clear = evidenceOf(twoCopies(8));
  assert.deepEqual([...retrained(clear).keys()].filter((id) => id.startsWith('last/')), []); // biome-ignore format: one idea
  const worldWith = (strength: number) =>
    worldOf((rows) => [wrongCopy(rows[7]!)], [{ culprit: FIRST, victim: 7, strength }]);
  const doubtful = evidenceOf(worldWith(2.2));
  const [confirmed, last] = ['confirm/with', 'last/with'].map((id) => retrained(doubtful).get(id)!);
  assert.notEqual(last!.seed, confirmed!.seed);
  assert.equal(last!.shadows, confirmed!.shadows);
  assert.deepEqual(culprits(doubtful), [FIRST]);
  assert.equal(ask(doubtful).outcome, 'fail');
  const isLast = ({ experiment }: { experiment: { id: string } }) => experiment.id.includes('/last/');
  const gone = doubtful.experiments.map((each) =>
    isLast(each) ? answerExperiments(worldWith(0), [each.experiment])[0]! : each,
  );
  assert.deepEqual(ask({ ...doubtful, experiments: gone }).rows, []);
});

test('a rise no larger than honest base rows cause exposes nobody', () => {
  const effects = [{ culprit: FIRST, victim: 7, strength: 3 }];
  const withHarm = (harm: typeof effects) => evidenceOf(worldOf((rows) => [wrongCopy(rows[7]!)], harm));
  assert.equal(ask(withHarm(effects)).outcome, 'fail');
  const finding = ask(withHarm([...effects, { culprit: 30, victim: 31, strength: 8 }]));
  const decoy = finding.metrics.find(({ name }) => name === 'largest rise among decoys');
  assert.ok(decoy!.delta!.value! > 6);
  assert.deepEqual([finding.outcome, finding.rows], ['pass', []]);
});

test('what a decoy does to a row is not laid to a suspect', () => {
  const world = worldOf((rows) => [wrongCopy(rows[7]!)], [{ culprit: 30, victim: 7, strength: 8 }]);
  const { suspects, decoys } = shortlistOf(evidenceOf(world))!;
  assert.ok(suspects.some(({ effects }) => effects.some(({ row }) => row === 7)));
  assert.ok(decoys.some(({ rows }) => rows.includes(30)));
  assert.deepEqual([ask(evidenceOf(world)).outcome, ask(evidenceOf(world)).rows], ['pass', []]);
});

test('honest arrivals are ranked against base rows: few are suspects', () => {
  let suspects = 0;
  let screened = 0;
  for (let seed = 0; seed < 10; seed++) {
    const list = shortlistOf(evidenceOf(worldOf(() => [], [], { seed })))!;
    suspects += list.suspects.length;
    screened += list.screened;
    assert.ok(list.reference.every((strength, index) => index === 0 || strength <= list.reference[index - 1]!));
    for (const { p, strength } of list.suspects) {
      const above = list.reference.filter((other) => other >= strength).length;
      assert.equal(p, (1 + above) / (1 + list.reference.length));
    }
  }
  assert.equal(screened, 400);
  assert.ok(suspects <= 16, `${suspects} of ${screened} honest arrivals are suspects`);
});

test('copies that share a unit are named together', () => {
  const world = worldOf(
    (rows) => [0, 1, 2].map(() => ({ ...wrongCopy(rows[7]!), cluster: 'copies' })),
    [{ culprit: FIRST, victim: 7, strength: 8 }],
  );
  assert.deepEqual(culprits(evidenceOf(world)), [FIRST, FIRST + 1, FIRST + 2]);
});

test('a removal that exposes a row is named at base', () => {
  const world = worldOf(
    (rows) => [{ ...rows[7]!, inHead: false, change: 'removed' }],
    [{ culprit: FIRST, victim: 7, strength: -8 }],
  );
  const finding = ask(evidenceOf(world));
  assert.deepEqual([finding.outcome, finding.rows.map(({ row, revision }) => [row, revision])], ['fail', [[FIRST, 'base']]]); // biome-ignore format: one idea
});

test('an effect below the limit of a failure warns', () => {
  const world = twoCopies(1.2, { seed: 2, models: 128 });
  const evidence = evidenceOf(world);
  assert.equal(ask(evidence).outcome, 'warn');
  const lower = { ...options, min_effect: 1 };
  const last = amplification.experiments!(evidence, lower).filter(({ id }) => id.includes('/last/'));
  const experiments = [...evidence.experiments, ...answerExperiments(world, last)];
  assert.equal(amplification.run({ ...evidence, experiments }, lower).outcome, 'fail');
});

test('what the budget cut is unknown: never a pass', () => {
  const whole = evidenceOf(twoCopies(8));
  const cut = (drop: (id: string) => boolean) => ({
    ...whole,
    experiments: whole.experiments.map((each) => (drop(each.experiment.id) ? { ...each, ensemble: null } : each)),
  });
  for (const id of whole.experiments.map(({ experiment }) => experiment.id))
    assert.equal(ask(cut((other) => other === id)).outcome, 'unknown', id);
  assert.equal(ask({ ...whole, experiments: [] }).outcome, 'unknown');
  assert.match(ask({ ...whole, experiments: [] }).summary, /budget/);
});

test('units that too few models let nobody screen are unknown, not innocent', () => {
  const evidence = evidenceOf(twoCopies(8, { models: 6 }));
  assert.ok(shortlistOf(evidence)!.unmeasured > 0);
  const finding = ask(evidence);
  assert.equal(finding.outcome, 'unknown');
  assert.match(finding.summary, /could not be screened/);
  for (let seed = 0; seed < 5; seed++)
    assert.equal(shortlistOf(evidenceOf(worldOf(() => [], [], { models: 16, seed })))!.unmeasured, 0, `seed ${seed}`);
});

test('a verification too noisy to see harm is unknown', () => {
  const world = twoCopies(0, { models: 14 });
  const evidence = evidenceOf(world);
  const noisy = evidence.experiments.map(({ experiment }, arm) => ({
    experiment,
    ensemble: answerExperiments(world, [{ ...experiment, seed: experiment.seed + arm }])[0]!.ensemble,
  }));
  const finding = ask({ ...evidence, experiments: noisy });
  assert.equal(finding.outcome, 'unknown', finding.summary);
  assert.match(finding.summary, /smallest effect/);
});

test('power is planted beside the change, not in its screen, and told', () => {
  const world = twoCopies(8);
  const evidence = evidenceOf(world);
  const planted = experimentsOf(evidence).filter(({ kind }) => kind === 'plant');
  assert.equal(planted.length, 1);
  for (const { copyOf, label } of planted[0]!.plant) {
    assert.ok(evidence.rows[copyOf]!.inBase && evidence.rows[copyOf]!.inHead);
    assert.notEqual(label, evidence.rows[copyOf]!.label);
  }
  const finding = ask({ ...evidence, experiments: [...evidence.experiments, ...answerExperiments(world, planted)] });
  assert.equal(finding.power?.planted, 20);
  assert.ok(finding.power.found >= 18, `${finding.power.found} of 20`);
  assert.match(finding.summary, /planted/);
});

test('nothing arrives or leaves: not applicable', () => {
  const evidence = evidenceOf(worldOf(() => [], []));
  const still = evidence.rows.map((row) => ({ ...row, inBase: true, inHead: true, change: 'same' as const }));
  const { base, with: applied, screen } = evidence.scores;
  assert.equal(ask({ ...evidence, rows: still, scores: { base, with: applied, screen } }).outcome, 'not-applicable');
  assert.deepEqual(experimentsOf({ ...evidence, scores: { base, with: applied, screen: null } }), []);
});
