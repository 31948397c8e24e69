import type { Check } from '../checks/check.ts';
import { isAboutFiles } from '../checks/ids.ts';
import { checks as builtChecks } from '../checks/index.ts';
import type { Config } from '../config/config.ts';
import { gateApplies, gatedMetric, judgeGate, worst } from './gates.ts';
import { coverage, expiryNotes } from './ignore.ts';
import { silentFinding, type Unjudged } from './judged.ts';
import type { Review, ReviewFinding, Verdict } from './review.ts';

interface PolicyContext {
  /** Milliseconds since 1970, for expiry dates. */
  readonly now: number;
  /** What this run looked at: a gate wants an answer about each data set, one on weights about each file of weights. */
  readonly reviewed: readonly Unjudged['subject'][];
  readonly checks?: readonly Check[];
}

/**
 * Lets gates and ignores look at findings. A gate decides the outcome of what it judges: broken is `fail`, a `fail`
 * within its limits is `warn`, a gate that could not judge is `unknown`; so the verdict follows from the findings
 * alone. Gated checks without an answer are added as `unknown`. `notes` tell what has expired.
 */
export function applyPolicy(
  findings: readonly Unjudged[],
  config: Pick<Config, 'data' | 'gates' | 'ignore'>,
  { now, reviewed, checks = builtChecks }: PolicyContext,
): { readonly findings: ReviewFinding[]; readonly notes: string[] } {
  const all = [...findings, ...silentFindings(findings, config, reviewed)];
  return {
    findings: all.map((finding) => judge(finding, config, { now, checks })),
    notes: expiryNotes(config.ignore, now),
  };
}

function judge(
  finding: Unjudged,
  config: Pick<Config, 'data' | 'gates' | 'ignore'>,
  { now, checks }: { now: number; checks: readonly Check[] },
): ReviewFinding {
  const gates = config.gates.filter((gate) => gateApplies(gate, finding));
  const covered = coverage(finding, config, now);
  const found = finding.outcome === 'warn' || finding.outcome === 'fail';
  if (gates.length === 0) return { ...finding, gated: false, broken: false, ignored: found ? covered.ignored : null };

  const check = checks.find((each) => each.id === finding.check);
  const judged = worst(gates.map((gate) => judgeGate(gate, finding, check)));
  // What was found keeps the gate, but not all was looked at.
  const judgement = judged === 'kept' && (finding.unseen ?? 0) > 0 ? 'unknown' : judged;
  const accepted = covered.kind === 'all' || (covered.kind === 'rows' && judgement !== 'whole');
  const broken = (judgement === 'whole' || judgement === 'rows') && !accepted;
  const limits = gates.flatMap((gate) => gate.max ?? []);
  const metric = gatedMetric(finding, check);
  return {
    ...finding,
    outcome: judgedOutcome(finding, judgement),
    metrics:
      limits.length === 0
        ? finding.metrics
        : finding.metrics.map((each) => (each === metric ? { ...each, limit: Math.min(...limits) } : each)),
    gated: true,
    broken,
    ...(broken ? { brokenBy: judgement === 'rows' ? ('rows' as const) : ('figure' as const) } : {}),
    ignored: accepted && (found || judgement === 'rows' || judgement === 'whole') ? covered.ignored : null,
  };
}

function judgedOutcome(finding: Unjudged, judgement: ReturnType<typeof judgeGate>): Unjudged['outcome'] {
  if (judgement === 'whole' || judgement === 'rows') return 'fail';
  if (judgement === 'unknown') return finding.outcome === 'error' ? 'error' : 'unknown';
  // Faults that base has already keep their outcome: `introduced` tells them apart.
  return finding.outcome === 'fail' && finding.introduced ? 'warn' : finding.outcome;
}

function silentFindings(
  findings: readonly Unjudged[],
  config: Pick<Config, 'gates'>,
  reviewed: readonly Unjudged['subject'][],
): Unjudged[] {
  const missing = new Map<string, Unjudged>();
  for (const gate of config.gates) {
    for (const subject of reviewed) {
      if ((subject.data === null) !== isAboutFiles(gate.check) || !gateApplies(gate, { check: gate.check, subject }))
        continue;
      const own = findings.filter((finding) => isAbout(finding, subject));
      if (own.some(({ check }) => check === gate.check)) continue;
      const outside = own.some(({ infrastructure }) => infrastructure === true);
      missing.set(JSON.stringify([gate.check, subject]), silentFinding(gate.check, subject, outside));
    }
  }
  return [...missing.values()];
}

/** A data set goes by its name, a file of weights by its path. */
function isAbout({ subject: { data, model } }: Unjudged, subject: Unjudged['subject']): boolean {
  return subject.data === null ? data === null && model === subject.model : data === subject.data;
}

type Switches = Pick<Review, 'onUnknown' | 'onInfrastructure'>;

/**
 * The verdict of judged findings. `fail`: a gate is broken. `unknown`: a gated check could not tell, and its switch
 * does not let that pass. `warn`: something else was introduced and not accepted. Whatever base had already, and an
 * ungated `unknown`, is told but does not count. Fields that contradict each other are read as the worse.
 */
export function verdictOf(findings: readonly ReviewFinding[], switches: Switches): Verdict {
  if (findings.some(isBroken)) return 'fail';
  const untold = findings.filter(isUntold);
  const open = ({ infrastructure }: ReviewFinding) =>
    (infrastructure === true ? (switches.onInfrastructure ?? 'fail') : switches.onUnknown) === 'fail';
  if (untold.some(open)) return 'unknown';
  return findings.some(isTold) || untold.length > 0 ? 'warn' : 'pass';
}

/** Whether a gated check could not tell. */
export function isUntold({ gated, outcome }: ReviewFinding): boolean {
  return gated && (outcome === 'unknown' || outcome === 'error');
}

/** Whether a finding makes at least a warning of the verdict. */
export function isTold({ outcome, introduced, ignored }: ReviewFinding): boolean {
  return outcome === 'error' || (introduced && ignored === null && (outcome === 'warn' || outcome === 'fail'));
}

/** Whether a finding breaks its gate; fields that contradict each other are read as the worse. */
export function isBroken({ broken, gated, outcome, introduced, ignored }: ReviewFinding): boolean {
  return broken || (gated && introduced && ignored === null && outcome === 'fail');
}

/** From the mildest to the worst. */
export const SEVERITY: readonly Verdict[] = ['pass', 'warn', 'unknown', 'fail'];

/**
 * The verdict of a review that came from elsewhere, from its findings; the written verdict is believed only where it
 * is worse (a run that ended before it had findings). `switches` override what the review says of itself.
 */
export function recomputeVerdict(review: Review, switches: Partial<Switches> = {}): Verdict {
  const computed = verdictOf(review.findings, {
    onUnknown: switches.onUnknown ?? review.onUnknown,
    onInfrastructure: switches.onInfrastructure ?? review.onInfrastructure,
  });
  return SEVERITY.indexOf(review.verdict) > SEVERITY.indexOf(computed) ? review.verdict : computed;
}

/** 0: pass or warn; 1: a gate is broken; 2: no verdict. */
export function exitCode(verdict: Verdict): 0 | 1 | 2 {
  if (verdict === 'fail') return 1;
  return verdict === 'pass' || verdict === 'warn' ? 0 : 2;
}
