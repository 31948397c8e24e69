import { loadOnnxruntime, makeRuntime } from '../../src/adapters/onnxruntime.ts';
import { nearestRows } from '../../src/features/nearest-rows.ts';
import { askOracle, type JobResult, prepareJob } from './job.ts';

/** Models per arm of the oracle, as for planted victims. */
const SHADOWS = 256;

/** What an oracle and a look at the rows say of one alarm on an honest row. */
export interface SecondLook {
  readonly kind: string;
  readonly data: string;
  readonly seed: number;
  readonly outcome: string;
  readonly row: number;
  readonly label: string;
  readonly victim: number;
  readonly victimLabel: string;
  /** D as the check had it, and as the oracle has it with its standard error. */
  readonly claimed: number | null;
  readonly difference: number | null;
  readonly error: number | null;
  readonly tpr: number | null;
  /** Similarity of row and victim, and how many rows of base are at least as near to the victim. */
  readonly similarity: number;
  readonly nearer: number;
}

/** Looks again at every honest row that `amplification` named, and at its victims: is the harm real, and why is it there? */
export async function lookAgain({ job, outcomes }: JobResult, threads: number): Promise<SecondLook[]> {
  const alarm = outcomes.amplification;
  if (!alarm || alarm.rows.length === 0) return [];
  const { change, prepared } = prepareJob(job);
  const honest = new Set(change.honest);
  if (!alarm.rows.some((row) => honest.has(row))) return [];
  const { rows, classes } = prepared.evidence;
  const runtime = makeRuntime(loadOnnxruntime(), { threads, kind: 'native' });
  const accused = alarm.rows.filter((row) => honest.has(row)).map((row) => rows[row]!.unit);
  const oracle = await askOracle({ ...prepared.training!, runtime }, accused, SHADOWS, job.seed);
  const others = rows.flatMap(({ inBase }, index) => (inBase ? [index] : []));
  return alarm.rows.flatMap((row, index) =>
    (honest.has(row) ? alarm.victims[index]! : []).map((victim): SecondLook => {
      const effect = oracle(victim);
      const near = nearestRows(prepared.features, rows, {
        queries: [victim],
        candidates: [...others, row],
        k: rows.length,
      })[0]!;
      const place = near.findIndex((one) => one.index === row);
      return {
        kind: job.kind,
        data: job.data,
        seed: job.seed,
        outcome: alarm.outcome,
        row,
        label: classes[rows[row]!.label!]!,
        victim,
        victimLabel: classes[rows[victim]!.label!]!,
        claimed: alarm.scores[index] ?? null,
        difference: effect?.difference ?? null,
        error: effect?.error ?? null,
        tpr: effect?.tpr ?? null,
        similarity: near[place]!.similarity,
        nearer: place,
      };
    }),
  );
}
