import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Check } from '../../src/checks/check.ts';
import type { Experiment } from '../../src/evidence/experiment.ts';
import { plainFinding } from '../../src/evidence/finding.ts';
import { exitCode } from '../../src/review/verdict.ts';
import { BASE, checkOf, HEAD, SHADOWS, smallReview } from './small-review.ts';

const retrain: Omit<Experiment, 'id'> = {
  ...{ kind: 'retrain', revision: 'head', inside: [], without: [], plant: [] },
  ...{ seed: 4, shadows: 4 },
};

/** Passes where all its experiments came back with an ensemble, found by their ids. */
const asking = (id: string, wanted: readonly Omit<Experiment, 'id'>[]): Check =>
  checkOf(id, {
    needs: ['screen'],
    experiments: () => wanted.map((each, index) => ({ ...each, id: `${id}/${index}` })),
    run: ({ experiments }) => {
      const back = wanted.filter((_, index) =>
        experiments.some(({ experiment, ensemble }) => experiment.id === `${id}/${index}` && ensemble !== null),
      );
      return plainFinding(back.length === wanted.length ? 'pass' : 'unknown', `${back.length} came back.`);
    },
  });

test('equal experiments of two checks run once, and both get the answer', async (t) => {
  const checks = [
    asking('amplification', [retrain, { ...retrain, without: [60] }]),
    asking('exposed-rows', [{ ...retrain, without: [60] }]),
  ];
  const { findings, cost } = await smallReview(t, { train: [BASE, HEAD] }, { checks });
  assert.deepEqual(findings.map(({ outcome, summary }) => [outcome, summary]), [['pass', '2 came back.'], ['pass', '1 came back.']]); // biome-ignore format: one idea
  assert.equal(cost.shadows, 3 * SHADOWS + 2 * retrain.shadows);
});

test('a check that sees what came back may ask twice more, and the same is not run twice', async (t) => {
  const rounds: string[][] = [];
  const check = checkOf('amplification', {
    needs: ['screen'],
    experiments: ({ experiments }) => {
      rounds.push(experiments.map(({ experiment }) => experiment.id));
      const steps = ['first', ...experiments.map(({ experiment }) => `after ${experiment.id}`)];
      return steps.map((id, index) => ({ ...retrain, id, without: [60, 61].slice(0, index) }));
    },
    run: ({ experiments }) => plainFinding('pass', experiments.map(({ experiment }) => experiment.id).join(', ')),
  });
  const { findings, cost } = await smallReview(t, { train: [BASE, HEAD] }, { checks: [check] });
  assert.deepEqual(rounds, [[], ['first'], ['first', 'after first']]);
  assert.equal(findings[0]!.summary, 'first, after first, after after first');
  assert.equal(cost.shadows, 3 * SHADOWS + 3 * retrain.shadows);
});

test('one plan gives one review, but for its cost', async (t) => {
  const once = async () => {
    const { cost: _, ...review } = await smallReview(t, { train: [BASE, HEAD] }, { gates: ['amplification'] });
    return review;
  };
  assert.deepEqual(await once(), await once());
});

/** Seconds that pass quickly: each look at the clock costs `step`. */
const clock = (step: number) => {
  let now = 0;
  return () => {
    now += step;
    return now;
  };
};

test('what the budget cuts is unknown, said, and no verdict where it is gated', async (t) => {
  const only = ['amplification'];
  const more = { only, gates: only };
  const whole = await smallReview(t, { train: [BASE, HEAD] }, more);
  assert.equal(whole.plan?.cut, false);
  assert.match(whole.findings[0]!.summary, /planted/, 'with time, the power replicate is run');
  const cut = await smallReview(t, { train: [BASE, HEAD] }, { ...more, seconds: clock(30) });
  assert.deepEqual([cut.plan?.cut, cut.findings.map(({ outcome }) => outcome)], [true, ['unknown']]);
  assert.match(cut.findings[0]!.summary, /budget/);
  assert.ok(
    cut.notes.some((note) => /budget ended/.test(note)),
    cut.notes.join('\n'),
  );
  assert.deepEqual([cut.verdict, exitCode(cut.verdict)], ['unknown', 2]);
  assert.equal(cut.cost.shadows, 3 * SHADOWS);
});

test('data sets share the budget: each plans with its part', async (t) => {
  const only = ['membership'];
  const one = await smallReview(t, { train: [BASE, HEAD] }, { only, budgetSeconds: 1e-3 });
  const two = await smallReview(t, { train: [BASE, HEAD], other: [BASE, HEAD] }, { only, budgetSeconds: 1e-3 });
  const widths = (slice: string | undefined) =>
    [...(slice ?? '').matchAll(/MLP 2-(\d+)-2/g)].map(([, width]) => Number(width));
  const [alone] = widths(one.plan?.slice);
  const [first, second] = widths(two.plan?.slice);
  assert.ok(alone! > first! && first === second, `${one.plan?.slice} and ${two.plan?.slice}`);
});

test('of a quantity it is told what leaks; who exposes whom is asked of classes alone', async (t) => {
  const numbers = (text: string) =>
    text.replaceAll('low', '').replace(/^([\d.]+),([\d.]+),.*$/gm, (_, x, y) => `${x},${y},${Number(x) * 7.3}`);
  const only = ['membership', 'exposed-rows', 'amplification', 'mislabelled'];
  const { findings } = await smallReview(t, { train: [numbers(BASE), numbers(HEAD)] }, { only });
  const outcomes = Object.fromEntries(findings.map(({ check, outcome }) => [check, outcome]));
  assert.deepEqual([outcomes.amplification, outcomes.mislabelled], ['not-applicable', 'not-applicable']);
  // Asked, and honest about sixty rows and sixteen models.
  assert.deepEqual([outcomes.membership, outcomes['exposed-rows']], ['unknown', 'unknown']);
});

test('points of a figure that stand for rows carry their ids, others none', async (t) => {
  const check = checkOf('amplification', {
    run: () => ({
      ...plainFinding('pass', 'Two points.'),
      figures: [
        {
          ...{ kind: 'scatter', title: 'rows', x: 'x', y: 'y' },
          series: [
            { name: 'named', points: [[0, 1], [2, 3]], rows: [60, 61] }, // biome-ignore format: one idea
            { name: 'plain', points: [[4, 5]] }, // biome-ignore format: one idea
          ],
        },
      ],
      rows: [61, 60].map((row) => ({ row, revision: 'head', score: 1, q: null, why: 'named', victims: [] })),
      rowsTotal: 2,
    }),
  });
  const { findings } = await smallReview(t, { train: [BASE, HEAD] }, { checks: [check] });
  const [{ rows, figures }] = findings as [(typeof findings)[number]];
  const [named, plain] = figures[0]!.series;
  assert.deepEqual(named!.ids, [rows[1]!.id, rows[0]!.id]);
  assert.ok(plain !== undefined && !('ids' in plain));
});
