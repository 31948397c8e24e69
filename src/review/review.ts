import { z } from 'zod';

/** What a review holds at most. */
export const reviewLimits = { findings: 500 } as const;

const text = (limit: number) => z.string().max(limit);
const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const number = z.number().nullable();

const outcome = z.enum(['pass', 'warn', 'fail', 'unknown', 'not-applicable', 'error']).catch('unknown');
const verdict = z.enum(['pass', 'warn', 'fail', 'unknown']).catch('unknown');

export const estimateSchema = z.object({ value: number, low: number, high: number, n: number });

export const metricSchema = z.object({
  name: text(100),
  at: z.record(z.string(), z.number()).nullable(),
  unit: text(20),
  limit: number,
  base: estimateSchema.nullable(),
  head: estimateSchema.nullable(),
  delta: estimateSchema.nullable(),
});

const place = {
  data: text(200),
  revision: z.enum(['base', 'head']),
  path: text(1000),
  /** One-based line of the file; null where the format has no lines (Parquet): then `ordinal` says the row. */
  line: count.nullable(),
  ordinal: count,
  id: text(200),
};

export const victimSchema = z.object({ ...place, effect: z.number() });

export const rowSchema = z.object({
  ...place,
  score: number,
  q: number,
  why: text(500),
  victims: z.array(victimSchema).max(20),
});

export const figureSchema = z.object({
  kind: z.enum(['roc', 'scatter', 'matrix', 'histogram', 'bars']),
  title: text(200),
  x: text(100),
  y: text(100),
  series: z
    .array(
      z.object({
        name: text(100),
        points: z.array(z.tuple([z.number(), z.number()])).max(2000),
        /** Id of the row that each point stands for. Absent: points stand for no rows. */
        ids: z.array(text(200)).max(2000).optional(),
      }),
    )
    .max(20),
});

export const tensorSchema = z.object({
  name: text(200),
  kind: z.enum(['added', 'removed', 'retyped', 'changed', 'uncompared', 'unknown']).catch('unknown'),
  base: text(200).nullable(),
  head: text(200).nullable(),
  notFinite: count,
  ...{ share: number, relativeNorm: number, cosine: number, effectiveRank: number, fullRank: number },
});

export const findingSchema = z.object({
  id: text(64),
  /** The whole hash that `id` begins with: too long for two contents to be made alike. Absent: not known. */
  digest: text(64).optional(),
  check: text(40),
  family: z.enum(['data', 'leakage', 'poisoning', 'weights', 'unknown']).catch('unknown'),
  subject: z.object({ data: text(200).nullable(), model: text(1000).nullable(), path: text(1000).nullable() }),
  outcome,
  gated: z.boolean(),
  /** Whether a gate on this check is broken by it; what the verdict is recomputed from. */
  broken: z.boolean(),
  /** What breaks the gate: the rows that are named, or a figure of the whole, which no accepted row mends. */
  brokenBy: z.enum(['rows', 'figure']).catch('figure').optional(),
  introduced: z.boolean(),
  /** `by`: who accepted it in the pull request. Absent: the configuration does. */
  ignored: z.object({ reason: text(500), until: text(10).nullable(), by: text(200).optional() }).nullable(),
  /** True where an `unknown` or `error` has a cause outside the change (a download, GitHub's 5xx). Absent: false. */
  infrastructure: z.boolean().optional(),
  summary: text(1000),
  remedy: text(1000),
  metrics: z.array(metricSchema).max(50),
  rows: z.array(rowSchema).max(100),
  rowsTotal: count,
  /** Rows of the change that could not be looked at. Absent: none. */
  unseen: count.optional(),
  figures: z.array(figureSchema).max(10),
  /** What became of tensors, largest change first. Absent: the check speaks of none. */
  tensors: z.array(tensorSchema).max(100).optional(),
});

/**
 * The review as it leaves the engine and is written to `review.json` (schema `taster/review@1`).
 * Within @1 fields are only added; a reader drops unknown fields and reads an unknown enum value as `unknown`.
 */
export const reviewSchema = z.object({
  schema: z.literal('taster/review@1'),
  tool: z.object({ version: text(40) }),
  verdict,
  /** How a gated `unknown` or `error` is to be read: `fail` makes the job red. */
  onUnknown: z.enum(['fail', 'pass']),
  /** The same for findings marked `infrastructure`. Absent: fail. */
  onInfrastructure: z.enum(['fail', 'pass']).optional(),
  repository: text(200).nullable(),
  pull: z.object({ number: count }).nullable(),
  run: z.object({ id: text(40), attempt: count }).nullable(),
  base: z.object({ sha: text(64), ref: text(300).nullable() }),
  head: z.object({ sha: text(64), ref: text(300).nullable(), repository: text(200).nullable() }),
  config: z.object({ sha256: text(64).nullable(), source: z.enum(['tip', 'none']), proposed: z.boolean() }),
  data: z
    .array(
      z.object({
        name: text(200),
        path: text(1000),
        rows: z.object({ base: count, head: count, added: count, removed: count, changed: count, moved: count }),
        /** How the columns were read, one short sentence each. */
        columns: z.array(text(300)).max(200),
      }),
    )
    .max(100),
  models: z
    .array(z.object({ path: text(1000), change: z.enum(['none', 'added', 'removed', 'changed']), slice: text(300) }))
    .max(100),
  plan: z
    .object({
      nonce: text(64),
      slice: text(300),
      shadows: count,
      epochs: count,
      /** True when the clock cut the run: outside the promise of reproducibility. */
      cut: z.boolean(),
    })
    .nullable(),
  findings: z.array(findingSchema).max(reviewLimits.findings),
  power: z.array(z.object({ check: text(40), planted: count, found: count })).max(100),
  /** What was assumed, and what could not be seen, one sentence each. */
  notes: z.array(text(500)).max(50),
  cost: z.object({
    seconds: z.number(),
    shadows: count,
    provider: text(40),
    runtime: z.enum(['native', 'wasm', 'none']),
    /** Devices that were tried for training, and what became of each, one sentence each. Absent: none was. */
    tried: z.array(text(300)).max(10).optional(),
    flops: z.number(),
    peak_bytes: z.number(),
    cached: z.boolean(),
  }),
  reproduce: z.object({ command: text(1000) }),
});

export type Review = z.infer<typeof reviewSchema>;
export type ReviewFinding = z.infer<typeof findingSchema>;
export type ReviewRow = z.infer<typeof rowSchema>;
export type ReviewVictim = z.infer<typeof victimSchema>;
export type ReviewTensor = z.infer<typeof tensorSchema>;
export type ReviewMetric = z.infer<typeof metricSchema>;
export type ReviewFigure = z.infer<typeof figureSchema>;
export type Verdict = Review['verdict'];
