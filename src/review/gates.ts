import type { Check } from '../checks/check.ts';
import type { Gate } from '../config/config.ts';
import type { Unjudged } from './judged.ts';
import type { ReviewMetric } from './review.ts';

/**
 * How a finding stands to one gate. `whole`: broken by a figure of the whole data set, which no accepted row mends.
 * `rows`: broken by what the finding's rows are. `unknown`: the gate could not judge, which is not a pass.
 */
export type Judgement = 'kept' | 'rows' | 'whole' | 'unknown';

/** True where the gate speaks of the finding's check and data set. */
export function gateApplies(gate: Gate, finding: Pick<Unjudged, 'check' | 'subject'>): boolean {
  return gate.check === finding.check && (gate.data === null || gate.data === finding.subject.data);
}

/**
 * Holds a finding against one gate. A gate judges what the change introduced; with limits only the limits count,
 * without any, a `fail` breaks it.
 */
export function judgeGate(gate: Gate, finding: Unjudged, check: Pick<Check, 'gateMetric'> | undefined): Judgement {
  if (finding.outcome === 'unknown' || finding.outcome === 'error') return 'unknown';
  if (finding.outcome === 'not-applicable' || !finding.introduced) return 'kept';
  const judgements: Judgement[] = [];
  if (gate.max !== null || gate.maxIncrease !== null) {
    const metric = gatedMetric(finding, check);
    if (gate.max !== null) judgements.push(judgeMax(gate.max, metric));
    if (gate.maxIncrease !== null) judgements.push(judgeIncrease(gate.maxIncrease, metric));
  }
  if (gate.maxRows !== null) judgements.push(judgeRows(gate.maxRows, finding));
  if (judgements.length === 0) return finding.outcome === 'fail' ? 'rows' : 'kept';
  return worst(judgements);
}

/** The worst of several gates' judgements; a broken gate is certain, so it outweighs one that could not tell. */
export function worst(judgements: readonly Judgement[]): Judgement {
  const order: readonly Judgement[] = ['whole', 'rows', 'unknown'];
  return order.find((each) => judgements.includes(each)) ?? 'kept';
}

/** The metric that a check's limits speak of: the first of that name, at the check's declared operating point. */
export function gatedMetric(finding: Unjudged, check: Pick<Check, 'gateMetric'> | undefined): ReviewMetric | undefined {
  return finding.metrics.find((metric) => metric.name === check?.gateMetric);
}

function judgeMax(max: number, metric: ReviewMetric | undefined): Judgement {
  const head = metric?.head?.value ?? null;
  if (head === null || !Number.isFinite(head)) return 'unknown';
  if (head <= max) return 'kept';
  const base = metric?.base?.value ?? null;
  if (base === null || base <= max) return 'whole';
  // Base was over the limit already: the change is to blame only where it is surely worse.
  const low = metric?.delta?.low ?? head - base;
  return low > 0 ? 'whole' : 'kept';
}

function judgeIncrease(maxIncrease: number, metric: ReviewMetric | undefined): Judgement {
  const head = metric?.head?.value ?? null;
  // A new data set has no base: all of head's value is the increase.
  const increase = metric?.delta?.value ?? (metric?.base ? null : head);
  if (increase === null || !Number.isFinite(increase)) return 'unknown';
  return increase > maxIncrease ? 'whole' : 'kept';
}

function judgeRows(maxRows: number, finding: Unjudged): Judgement {
  if (finding.rowsTotal > maxRows) return 'rows';
  // A `fail` that names no row cannot be measured in rows.
  return finding.outcome === 'fail' && finding.rowsTotal === 0 ? 'rows' : 'kept';
}
