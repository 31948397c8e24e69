import { type Check, isAboutWeights } from '../checks/check.ts';
import { checks as builtChecks } from '../checks/index.ts';
import { oneLine } from '../errors.ts';
import { loadPool, type PoolFiles } from '../table/load-pool.ts';
import type { Pool } from '../table/pool.ts';
import { costOf, type DataReview, modelsOf, notesOf, planOf } from './account.ts';
import { brokenFinding, chosenChecks } from './answer.ts';
import { capFindings } from './cap-findings.ts';
import { withExtraction } from './extraction/with-extraction.ts';
import { hideSecrets } from './hide-secrets.ts';
import { withImages, withUnseen } from './images.ts';
import type { Unjudged } from './judged.ts';
import { measure } from './measure.ts';
import { placeFindings } from './place.ts';
import { type Context, prepare } from './prepare.ts';
import type { DataRequest, EngineRequest } from './request.ts';
import type { Review } from './review.ts';
import type { Tools } from './tools.ts';
import { applyPolicy, verdictOf } from './verdict.ts';
import { reviewWeights, weightSubject } from './weights.ts';

/** The engine: reads both revisions of every data set, trains what is needed, asks the checks and applies the policy. */
export async function runReview(request: EngineRequest, tools: Tools): Promise<Review> {
  const start = tools.seconds();
  const nonce = request.limits.nonce ?? tools.drawNonce();
  const chosen = chosenChecks(tools.checks ?? builtChecks, request.config, request.limits.only);
  const checks = chosen.filter((check) => !isAboutWeights(check));
  const reviews: DataReview[] = [];
  for (const [index, data] of request.data.entries()) {
    const share = (done: number) => (index + done) / request.data.length;
    const progress = (step: string, done: number) => {
      const elapsed = tools.seconds() - start;
      const all = share(done);
      const secondsLeft = all > 0.05 ? (elapsed / all) * (1 - all) : null;
      tools.progress({ step: `${oneLine(data.name, 60)}: ${step}`, done: all, secondsLeft });
    };
    reviews.push(await reviewData(data, { request, tools, checks, nonce, progress, start }));
  }
  if (!request.limits.dryRun) reviews.push(...reviewWeights(chosen.filter(isAboutWeights), { request, tools, nonce }));
  const reviewed = [...request.data.map(dataSubject), ...request.weights.map(weightSubject)];
  const policy = { now: request.limits.now, reviewed, ...(tools.checks ? { checks: tools.checks } : {}) };
  const { findings, notes } = applyPolicy(
    reviews.flatMap((review) => review.findings),
    request.config,
    policy,
  );
  const capped = capFindings(findings);
  const { onUnknown, onInfrastructure } = request.config;
  return {
    schema: 'taster/review@1',
    tool: request.tool,
    verdict: request.limits.dryRun ? 'unknown' : verdictOf(findings, { onUnknown, onInfrastructure }),
    onUnknown,
    onInfrastructure,
    repository: request.repository,
    pull: request.pull,
    run: request.run,
    base: request.base,
    head: request.head,
    config: request.configuration,
    data: reviews.flatMap(({ summary }) => summary ?? []),
    models: modelsOf(request, reviews),
    plan: planOf(reviews, nonce),
    findings: [...capped.findings],
    power: reviews.flatMap(({ answers }) =>
      answers.flatMap(({ check, finding }) => (finding.power ? [{ check: check.id, ...finding.power }] : [])),
    ),
    notes: [...(capped.note === null ? [] : [capped.note]), ...request.notes, ...notes, ...reviews.flatMap(notesOf)]
      .map((note) => oneLine(note))
      .slice(0, 50),
    cost: costOf(reviews, tools.seconds() - start, tools.peakBytes()),
    reproduce: {
      command:
        request.limits.nonce === null && planOf(reviews, nonce)
          ? `${request.command} --seed ${nonce}`
          : request.command,
    },
  };
}

const dataSubject = ({ name }: DataRequest) => ({ data: name, model: null, path: null });

/** One data set. What cannot be read becomes an `error` finding of every check that is asked; other data sets go on. */
async function reviewData(data: DataRequest, context: Context): Promise<DataReview> {
  const { request, tools, checks, progress } = context;
  try {
    if (data.problem) return unreadable(data, checks, data.problem);
    progress('reading rows', 0.01);
    const options = { ...data.options, maxRows: request.limits.maxRows };
    const table = await readTable({ ...data, options }, context);
    const before = tools.seconds();
    const decoding = (share: number) => progress('reading images', 0.01 + 0.03 * share);
    const pool = data.images ? await withImages(table, data.images, tools, decoding) : table;
    // The budget is for training alone: what it took to read images is not taken from it.
    const start = data.images ? context.start + tools.seconds() - before : context.start;
    progress('encoding', 0.04);
    const ready = await prepare(data, pool, context);
    const { training } = ready;
    const summary = {
      name: data.name,
      path: data.path,
      rows: pool.counts,
      columns: ready.prepared.features.description.slice(0, 200).map((sentence) => oneLine(sentence, 300)),
    };
    if (request.limits.dryRun) return { answers: [], findings: [], summary, prepared: ready.prepared, measured: null };
    const { prepared, refused: broken } = await withExtraction(pool, ready.prepared, context);
    const refused = [...ready.refused, ...broken];
    const open = checks.filter(({ id }) => !refused.some(({ check }) => check.id === id));
    const measured = await measure({ prepared, training, checks: open, context: { ...context, start } });
    const given = [...measured.answers, ...refused];
    const inOrder = checks.flatMap(({ id }) => given.filter(({ check }) => check.id === id));
    const answers = withUnseen(inOrder, pool, measured.evidence);
    const findings = await placeFindings(answers, measured.evidence, data, tools.locate);
    return { answers, findings, summary, prepared, measured };
  } catch (error) {
    const { finding, infrastructure } = brokenFinding(error);
    return unreadable(data, checks, { message: `${finding.summary} ${finding.remedy}`, infrastructure });
  }
}

/** Reads a data set, and looks for secrets in it where a check asks for that. */
async function readTable(
  data: DataRequest & Pick<PoolFiles, 'options'>,
  { request, tools, checks }: Pick<Context, 'request' | 'tools' | 'checks'>,
): Promise<Pool> {
  const isAsked = !request.limits.dryRun && checks.some(({ needs }) => needs.includes('secrets'));
  const scanner = isAsked ? tools.secrets() : null;
  try {
    return hideSecrets(await loadPool(tools.sql, { ...data, arrays: tools.arrays, secrets: scanner?.scan }));
  } finally {
    await scanner?.close();
  }
}

/** A data set that could not be read: one `error` per check that was asked, so that no gate opens. */
function unreadable(
  data: DataRequest,
  checks: readonly Check[],
  problem: { message: string; infrastructure: boolean },
): DataReview {
  const findings = checks.map(
    (check): Unjudged => ({
      id: `${check.id}/${data.name}`.slice(0, 64),
      check: check.id,
      family: check.family,
      subject: { data: data.name, model: null, path: data.path },
      outcome: 'error',
      introduced: true,
      ...(problem.infrastructure ? { infrastructure: true } : {}),
      summary: oneLine(problem.message, 1000),
      remedy: '',
      metrics: [],
      rows: [],
      rowsTotal: 0,
      figures: [],
    }),
  );
  return { answers: [], findings, summary: null, prepared: null, measured: null };
}
