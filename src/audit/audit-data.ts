import { checks } from '../checks/index.ts';
import { describeError, oneLine, UserError } from '../errors.ts';
import type { Ensemble } from '../evidence/scores.ts';
import { withImages } from '../review/images.ts';
import { type Context, prepare, type Ready } from '../review/prepare.ts';
import type { DataRequest } from '../review/request.ts';
import type { Tools } from '../review/tools.ts';
import { loadPool } from '../table/load-pool.ts';
import type { Pool } from '../table/pool.ts';
import { ensembleFlops, ENSEMBLES as REVIEWED } from '../training/plan.ts';
import { trainingRows } from '../training/subject.ts';
import { type Answered, type Attack, type AttackRun, answered } from './attack.ts';
import type { AttackAnswer, Audit } from './audit.ts';
import type { AuditOrder } from './order.ts';
import { placeRows } from './place-rows.ts';
import { rowAuthors } from './row-authors.ts';
import { type ShadowOrder, trainShadows } from './shadows.ts';
import { summariseData } from './summarise-data.ts';

/** Ensembles that the plan's budget is counted in; where a machine is slower than planned, the last questions are left out. */
const ENSEMBLES = 16;

type Runtime = AttackRun['runtime'];
export type Progress = (step: string, share: number) => void;

/** What all data sets of an audit share. */
export interface Session {
  readonly order: AuditOrder;
  readonly tools: Tools & { readonly attacks?: readonly Attack[] };
  readonly seed: string;
  readonly start: number;
  readonly chosen: readonly Attack[];
  readonly count: { shadows: number; flops: number };
  runtime: Runtime | null;
  cut: boolean;
}

export interface AuditedData {
  readonly summary: Audit['data'][number] | null;
  readonly answers: readonly AttackAnswer[];
  readonly notes: readonly string[];
}

/** Reads one data set, makes it ready, and runs the attacks on it. What cannot be read is an error of every attack. */
export async function auditData(data: DataRequest, session: Session, progress: Progress): Promise<AuditedData> {
  const { tools, chosen, order } = session;
  const broken = (why: string): AuditedData => ({
    summary: null,
    notes: [],
    answers: chosen.map((attack) => answerOf(attack, data, { ...answered('unknown', why), outcome: 'error' })),
  });
  if (data.problem) return broken(data.problem.message);
  try {
    progress('reading rows', 0.01);
    const { limits } = order.request;
    const options = { ...data.options, maxRows: limits.maxRows };
    const table = await loadPool(tools.sql, { ...data, options, arrays: tools.arrays });
    const reading = (share: number) => progress('reading images', 0.01 + 0.02 * share);
    const pool = data.images ? await withImages(table, data.images, tools, reading) : table;
    progress('encoding', 0.03);
    const ready = await prepare(data, pool, contextOf(session, progress));
    const refused = ready.refused[0]?.finding;
    if (refused) return broken(`${refused.summary} ${refused.remedy}`);
    return await attackAll(data, pool, ready, session, progress);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return broken(`${error.message} ${error.hint}`);
  }
}

/** A data set is made ready as for `membership`: its shadow models are those that attacks train. */
function contextOf({ order: { request }, tools, seed, start }: Session, progress: Progress): Context {
  // A plan counts with the ensembles of a review; an audit trains more.
  const budgetSeconds = (request.limits.budgetSeconds * REVIEWED) / ENSEMBLES;
  return {
    ...{ tools, start, progress, nonce: seed },
    request: { ...request, limits: { ...request.limits, budgetSeconds } },
    checks: checks.filter(({ id }) => id === 'membership'),
  };
}

async function attackAll(
  data: DataRequest,
  pool: Pool,
  { prepared, training }: Ready,
  session: Session,
  progress: Progress,
): Promise<AuditedData> {
  const { order, tools, chosen, count } = session;
  const { limits } = order.request;
  if (training && chosen.length > 0)
    session.runtime ??= await tools.runtime(training.plan, ENSEMBLES * flopsOf(training, training.plan.models));
  session.runtime ??= await tools.processor();
  const { runtime } = session;
  const weights = chosen.map(({ weight }) => weight);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const first: { ensemble: Ensemble | null } = { ensemble: null };
  const answers: AttackAnswer[] = [];
  const authors = order.authors ? await rowAuthors(order.authors, pool, data, tools.locate) : null;
  for (const [index, attack] of chosen.entries()) {
    const before = weights.slice(0, index).reduce((sum, weight) => sum + weight, 0);
    const began = tools.seconds();
    const shadowsBefore = count.shadows;
    let [expected, trained] = [1, 0];
    const told = (step: string, share: number) =>
      progress(`${attack.id}: ${step}`, 0.04 + (0.95 * (before + attack.weight * Math.min(1, share))) / total);
    // Until its share of the time is up; what others left over is added.
    const until = session.start + (limits.budgetSeconds * (before + attack.weight)) / total / order.request.data.length;
    const run: AttackRun = {
      ...{ pool, training, runtime, options: order.options, authors },
      sensitive: data.sensitive ?? [],
      blocks: training?.plan.slice.kind === 'model' ? null : prepared.features.blocks,
      seed: `${session.seed}/${attack.id}`,
      progress: told,
      expect(ensembles: number) {
        expected = ensembles;
      },
      count(models: number) {
        count.shadows += models;
      },
      secondsLeft: () => until - tools.seconds(),
      async train(wanted: ShadowOrder) {
        const ensemble = await trainShadows({ ...training!, runtime }, wanted, (share) =>
          told(wanted.name, (trained + share) / Math.max(expected, trained + 1)),
        );
        trained++;
        count.shadows += wanted.models;
        count.flops += flopsOf(training!, wanted.models);
        if (isPlain(wanted)) first.ensemble ??= ensemble;
        return ensemble;
      },
    };
    const found = asNamed(await runOne(attack, run), order.options.attacks !== null);
    if (found.cut) session.cut = true;
    answers.push({
      ...answerOf(attack, data, found),
      model: prepared.evidence.subject.model,
      rows: await placeRows(found.rows, pool, data, tools.locate),
      cost: { seconds: tools.seconds() - began, shadows: count.shadows - shadowsBefore },
    });
  }
  return {
    answers,
    notes: [],
    summary: summariseData(data, pool, { prepared, training, refused: [] }, first.ensemble),
  };
}

/** Whether an order is of the data set as it is, trained as planned: what its accuracy is told from. */
function isPlain({ extra = [], relabelled, without, always, bits, slice, recipe }: ShadowOrder): boolean {
  return extra.length === 0 && ![relabelled, without, always, bits, slice, recipe].some(Boolean);
}

/** Whoever names an attack wants its answer: that it does not apply is then no answer, and no success. */
function asNamed<F extends { readonly outcome: AttackAnswer['outcome'] }>(found: F, isNamed: boolean): F {
  return isNamed && found.outcome === 'not-applicable' ? { ...found, outcome: 'unknown' } : found;
}

/** An attack that breaks is an error of its own; a bug is told in full to who reads the log. */
async function runOne(
  attack: Attack,
  run: AttackRun,
): Promise<Omit<Answered, 'outcome'> & { outcome: AttackAnswer['outcome'] }> {
  try {
    return await attack.run(run);
  } catch (error) {
    return { ...answered('unknown', oneLine(describeError(error), 1000)), outcome: 'error' };
  }
}

function answerOf(
  { id, question, paper, blind }: Attack,
  data: DataRequest,
  found: Pick<Answered, 'summary' | 'tables' | 'figures'> & { readonly outcome: AttackAnswer['outcome'] },
): AttackAnswer {
  const { outcome, summary, tables, figures } = found;
  return {
    ...{ attack: id, data: data.name, model: null, outcome, question, paper, blind },
    summary: oneLine(summary, 1000),
    tables: [...tables],
    figures: [...figures],
    rows: [],
    cost: { seconds: 0, shadows: 0 },
  };
}

function flopsOf({ plan, subject }: NonNullable<AttackRun['training']>, models: number): number {
  return ensembleFlops(plan.slice, plan.recipe.epochs, trainingRows(subject.rows).length, models);
}
