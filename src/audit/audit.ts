import { z } from 'zod';
import { reviewSchema } from '../review/review.ts';

const text = (limit: number) => z.string().max(limit);
const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const number = z.number().nullable();

/** A measured figure with its 95% interval; null where there is none. */
export const measureSchema = z.object({
  value: number,
  low: number,
  high: number,
  /** Observations behind it; for a true positive rate, the member scores. */
  n: count.nullable(),
  /** `rate` and `share` in [0,1], `d-prime`, `bits`, `guesses`, `nats`, `rows`, `factor`, `epsilon`. */
  unit: text(20),
  /** Of a rate at a false positive rate: the false positives that it was realised with. */
  falsePositives: count.optional(),
  /** True where it is read off a fitted distribution rather than counted. */
  modelBased: z.boolean().optional(),
});

/** A cell: words, or a figure. */
const cellSchema = z.union([text(500), measureSchema]);

export const auditTableSchema = z.object({
  title: text(200),
  /** What a reader must know to read it; empty where nothing. */
  note: text(1000),
  columns: z.array(text(100)).min(1).max(20),
  rows: z.array(z.array(cellSchema).max(20)).max(200),
});

export const auditFigureSchema = z.object({
  kind: z.enum(['lines', 'roc', 'scatter', 'histogram', 'bars']),
  title: text(200),
  x: text(100),
  y: text(100),
  series: z
    .array(
      z.object({
        name: text(100),
        points: z.array(z.tuple([z.number(), z.number()])).max(2000),
        /** The 95% interval of each point's y, in their order. Absent: none. */
        bounds: z
          .array(z.tuple([z.number(), z.number()]))
          .max(2000)
          .optional(),
      }),
    )
    .max(20),
});

/** A row of the data set that an attack names, by place: never its content. */
export const auditRowSchema = z.object({
  path: text(1000),
  /** One-based line of the file; null where the format has no lines. */
  line: count.nullable(),
  ordinal: count,
  effect: z.number(),
  why: text(300),
});

/** One attack's answer about one data set. */
export const attackAnswerSchema = z.object({
  attack: text(40),
  data: text(200),
  model: text(1000).nullable(),
  outcome: z.enum(['measured', 'unknown', 'not-applicable', 'error']).catch('unknown'),
  question: text(300),
  paper: text(300),
  /** One sentence: what was found, or why it could not be told. */
  summary: text(1000),
  /** One sentence: what this attack cannot see. */
  blind: text(1000),
  tables: z.array(auditTableSchema).max(20),
  figures: z.array(auditFigureSchema).max(20),
  rows: z.array(auditRowSchema).max(100),
  cost: z.object({ seconds: z.number(), shadows: count }),
});

const review = reviewSchema.shape;

/**
 * What would leak if someone poisoned this data: written to `audit.json` (schema `taster/audit@1`). Within @1 fields are
 * only added; a reader drops unknown fields and reads an unknown outcome as `unknown`.
 */
export const auditSchema = z.object({
  schema: z.literal('taster/audit@1'),
  tool: review.tool,
  repository: review.repository,
  revision: z.object({ sha: text(64), ref: text(300).nullable() }),
  config: review.config,
  data: z
    .array(
      z.object({
        name: text(200),
        path: text(1000),
        rows: count,
        /** Rows that shadow models were drawn from: a large data set is sampled. */
        used: count,
        label: text(1000).nullable(),
        slice: text(300).nullable(),
        shadows: count,
        epochs: count,
        /** Mean accuracy of shadow models on their own and on held-back rows, without poison; null where none were trained. */
        trainAccuracy: number,
        testAccuracy: number,
        columns: z.array(text(300)).max(200),
      }),
    )
    .max(100),
  /** Keys everything that is drawn: the same seed gives the same audit. */
  seed: text(64),
  /** True where time ran out before every attack had all that it asked for: outside the promise of reproducibility. */
  cut: z.boolean(),
  answers: z.array(attackAnswerSchema).max(200),
  notes: z.array(text(500)).max(50),
  cost: review.cost,
  reproduce: review.reproduce,
});

export type Audit = z.infer<typeof auditSchema>;
export type AttackAnswer = z.infer<typeof attackAnswerSchema>;
export type AuditTable = z.infer<typeof auditTableSchema>;
export type AuditFigure = z.infer<typeof auditFigureSchema>;
export type AuditRow = z.infer<typeof auditRowSchema>;
export type Measure = z.infer<typeof measureSchema>;
export type Cell = Measure | string;
