import { isAbsolute, relative } from 'node:path';
import { z } from 'zod';
import type { Config } from '../config/config.ts';
import { type EngineRequest, MOST_WEIGHTS } from './request.ts';
import { reviewSchema } from './review.ts';

const text = (limit: number) => z.string().max(limit);
const nullable = (limit: number) => text(limit).nullable();
const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const names = z.array(text(1000)).max(10_000);
const folder = text(4096).refine(isAbsolute, 'an absolute path');
const review = reviewSchema.shape;

const configSchema: z.ZodType<Config> = z.object({
  data: z
    .array(
      z.object({
        name: text(200),
        path: text(1000),
        label: nullable(1000),
        classes: names.nullable(),
        id: nullable(1000),
        group: nullable(1000),
        exclude: names,
        text: names,
        image: nullable(1000),
        sensitive: names,
        holdout: nullable(1000),
      }),
    )
    .max(100),
  models: z
    .array(
      z.object({
        path: text(1000),
        data: nullable(200),
        slice: text(300),
        inputs: z.record(text(1000), text(1000)),
        output: z.object({ name: text(1000), kind: z.enum(['logits', 'probabilities']).nullable() }).nullable(),
        preprocess: z
          .object({
            mean: z.array(z.number()).nullable(),
            std: z.array(z.number()).nullable(),
            layout: z.enum(['nchw', 'nhwc']).nullable(),
          })
          .nullable(),
        tokenizer: nullable(1000),
      }),
    )
    .max(100),
  shadows: z.object({
    models: count,
    budgetSeconds: z.number().positive(),
    epochs: z.union([count, z.literal('auto')]),
    maxRows: count,
  }),
  checks: z.record(text(100), z.union([z.literal('off'), z.record(text(100), z.number())])),
  gates: z
    .array(
      z.object({
        check: text(100),
        data: nullable(200),
        max: z.number().nullable(),
        maxIncrease: z.number().nullable(),
        maxRows: z.number().nullable(),
      }),
    )
    .max(1000),
  onUnknown: z.enum(['fail', 'pass']),
  onInfrastructure: z.enum(['fail', 'pass']),
  ignore: z.array(z.object({ check: text(100), rows: names, reason: text(1000), until: nullable(10) })).max(10_000),
  comment: z.enum(['always', 'on-findings', 'never']),
  samples: z.boolean(),
});

const file = z.object({ repoPath: text(4096), localPath: folder, bytes: count });
const files = z.array(file).max(100_000).nullable();

const side = z.object({ file, beside: z.array(file).max(10_000) }).nullable();

const modelSchema = z.object({
  path: text(1000),
  ...{ base: side, head: side },
  changed: z.boolean(),
  tokenizer: z.object({ base: file.nullable(), head: file.nullable() }),
  problem: nullable(2000),
});

const dataSchema = z.object({
  name: text(200),
  path: text(1000),
  previousPath: nullable(4096),
  base: files,
  head: files,
  holdout: z.object({ base: files, head: files }),
  options: z.object({
    label: nullable(1000),
    guessLabel: z.boolean().optional(),
    classes: names.nullable(),
    id: nullable(1000),
    group: nullable(1000),
    exclude: names,
    text: names,
    image: nullable(1000).optional(),
  }),
  sensitive: names.optional(),
  model: modelSchema.nullable(),
  images: z
    .object({ column: text(1000), folder: z.boolean(), pack: file, base: file, head: file })
    .nullable()
    .optional(),
  problem: z.object({ message: text(2000), infrastructure: z.boolean() }).nullable(),
});

const weightSchema = z
  .object({
    path: text(4096),
    previousPath: nullable(4096),
    change: z.enum(['added', 'removed', 'changed', 'renamed']),
    ...{ base: side, head: side },
    problem: z.object({ message: text(2000), infrastructure: z.boolean() }).nullable(),
  })
  .refine(
    ({ change, base, head, problem }) =>
      problem !== null ||
      ((base === null) === (change === 'added' || change === 'removed') && (head === null) === (change === 'removed')),
    'sides that fit the kind of change',
  );

/** A request as plain data, every file inside the private folder. */
export const requestSchema: z.ZodType<EngineRequest> = z
  .object({
    tool: review.tool,
    repository: review.repository,
    pull: review.pull,
    run: review.run,
    base: review.base,
    head: review.head,
    configuration: review.config,
    config: configSchema,
    data: z.array(dataSchema).max(100),
    models: review.models,
    weights: z.array(weightSchema).max(MOST_WEIGHTS),
    notes: review.notes,
    limits: z.object({
      nonce: nullable(64),
      shadows: count,
      budgetSeconds: z.number().positive(),
      maxRows: count,
      epochs: z.union([count, z.literal('auto')]),
      device: z.enum(['auto', 'cpu', 'webgpu', 'cuda']),
      only: names.nullable(),
      threads: count,
      dryRun: z.boolean(),
      now: z.number(),
    }),
    folders: z.object({ files: folder, scratch: folder, cache: folder.nullable() }),
    runtime: z.object({ onnxruntime: nullable(4096), duckdb: nullable(4096) }),
    command: text(1000),
  })
  .superRefine((request, context) => {
    const sides = request.data.flatMap(({ base, head, holdout }) => [base, head, holdout.base, holdout.head]);
    const models = request.data.flatMap(({ model }) => (model ? [model.base, model.head] : []));
    const weights = [...request.weights.flatMap(({ base, head }) => [base, head]), ...models].flatMap((side) =>
      side ? [side.file, ...side.beside] : [],
    );
    const images = request.data.flatMap((data) => (data.images ? [data.images] : []));
    const packed = images.flatMap(({ pack, base, head }) => [pack, base, head]);
    const tokenizers = request.data.flatMap(({ model }) =>
      [model?.tokenizer.base ?? [], model?.tokenizer.head ?? []].flat(),
    );
    for (const file of [...sides.flatMap((side) => side ?? []), ...tokenizers, ...weights, ...packed])
      if (!inside(request.folders.files, file.localPath))
        context.addIssue({ code: 'custom', message: `${file.localPath} lies outside the private folder` });
  });

function inside(outer: string, path: string): boolean {
  const way = relative(outer, path);
  return way !== '' && !way.startsWith('..') && !isAbsolute(way);
}
