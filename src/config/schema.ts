import { z } from 'zod';
import type { Check } from '../checks/check.ts';
import { checkFamilies } from '../checks/ids.ts';
import {
  choice,
  date,
  decimal,
  duration,
  flag,
  record,
  repoPath,
  scalar,
  text,
  unknownWord,
  whole,
} from './schema-value.ts';

/** The schema of `.github/taster.yml`, made from the list of checks; its input is a `Tree`. */
export function configSchema(checks: readonly Check[]) {
  const gates = gatesSchema(checks);
  return record({
    version: scalar('1, the version that this Taster reads', { const: 1 }, (value) => (value === '1' ? 1 : undefined)),
    data: z.array(dataSchema(gates)).max(100).optional(),
    models: z.array(modelSchema).max(100).optional(),
    shadows: record({
      models: whole(8, 1024).optional(),
      budget: duration.optional(),
      epochs: autoOrEpochs.optional(),
      max_rows: whole(100, 10_000_000).optional(),
    }).optional(),
    checks: checksSchema(checks).optional(),
    gates: gates.optional(),
    'on-unknown': choice('fail', 'pass').optional(),
    'on-infrastructure': choice('fail', 'pass').optional(),
    ignore: z.array(ignoreSchema(checks)).max(1000).optional(),
    comment: choice('always', 'on-findings', 'never').optional(),
    report: record({ samples: flag.optional() }).optional(),
  });
}

export type ConfigFile = z.infer<ReturnType<typeof configSchema>>;

const columns = (what: string) => z.array(text(what)).max(10_000).optional();

const autoOrEpochs = scalar('"auto" or a whole number from 1 to 1000', { type: ['string', 'integer'] }, (value) =>
  value === 'auto' ? ('auto' as const) : /^[1-9]\d{0,2}$|^1000$/.test(value) ? Number(value) : undefined,
);

function dataSchema(gates: ReturnType<typeof gatesSchema>) {
  return record({
    name: text('a name for the data set').optional(),
    path: repoPath('the path of a data file, or a glob'),
    label: text('the name of the label column').optional(),
    classes: z.array(text('the name of a class')).min(2).max(10_000).optional(),
    id: text('the name of the id column').optional(),
    group: text('the name of a column').optional(),
    exclude: columns('the name of a column'),
    text: columns('the name of a column'),
    image: text('a column of image paths, or a folder per class').optional(),
    sensitive: columns('the name of a column'),
    holdout: repoPath('the path of the holdout file').optional(),
    gates: gates.optional(),
  });
}

const numbers = z.array(decimal(-1e9, 1e9)).max(100).optional();

const modelSchema = record({
  path: repoPath('the path of a model file'),
  data: text('the name of a data set').optional(),
  slice: z
    .union([
      scalar('"auto", {last: N} or {from: node-name}', { const: 'auto' }, (value) =>
        value === 'auto' ? value : undefined,
      ),
      record({ last: whole(1, 1000).optional(), from: text('the name of a node').optional() }).refine(
        (slice) => (slice.last === undefined) !== (slice.from === undefined),
        'expected either {last: N} or {from: node-name}',
      ),
    ])
    .optional(),
  inputs: z.record(z.string(), text('the name of a column or feature')).optional(),
  output: z
    .union([
      text('the name of an output, or {name: ..., kind: logits}'),
      record({ name: text('the name of an output'), kind: choice('logits', 'probabilities').optional() }),
    ])
    .optional(),
  preprocess: record({ mean: numbers, std: numbers, layout: choice('nchw', 'nhwc').optional() }).optional(),
  tokenizer: repoPath('the path of a tokenizer file').optional(),
});

/** `off`, or options that differ from their defaults; one that is not built may only be `off`. */
function checksSchema(checks: readonly Check[]) {
  const off = { const: 'off' };
  const readOff = (value: string) => (value === 'off' ? ('off' as const) : undefined);
  return record(
    Object.fromEntries(
      [...checkFamilies.keys()].map((id) => {
        const check = checks.find((each) => each.id === id);
        if (!check)
          return [id, scalar(`only "off": the check ${id} is not in this version of Taster`, off, readOff).optional()];
        const options = Object.entries(check.options).map(
          ([name, { min, max, sentence, unit }]) =>
            [
              name,
              decimal(min, max)
                .optional()
                .meta({ description: `${sentence} (${unit})` }),
            ] as const,
        );
        const either = z.union([
          scalar('"off" or options such as {name: value}', off, readOff),
          record(Object.fromEntries(options)),
        ]);
        return [id, either.optional()];
      }),
    ),
  );
}

function gatesSchema(checks: readonly Check[]) {
  const limits = record({
    max: decimal(-1e9, 1e9).optional(),
    max_increase: decimal(-1e9, 1e9).optional(),
    max_rows: whole(0, 1e9).optional(),
  }).refine((gate) => Object.keys(gate).length > 0, 'expected "fail" or at least one of max, max_increase, max_rows');
  const readFail = (value: string) => (value === 'fail' ? ('fail' as const) : undefined);
  const gate = z.union([scalar('"fail" or limits such as {max_rows: 0}', { const: 'fail' }, readFail), limits]);
  return record(
    Object.fromEntries(
      [...checkFamilies.keys()].map((id) => [
        id,
        (checks.some((check) => check.id === id) ? gate : notBuilt(id)).optional(),
      ]),
    ),
  );
}

function notBuilt(id: string) {
  return z.never({ error: `the check ${id} is not in this version of Taster; remove its gate` });
}

function ignoreSchema(checks: readonly Check[]) {
  const known = [...checkFamilies.keys()];
  return record({
    check: z
      .unknown()
      .transform((value, context): string => {
        if (typeof value === 'string' && checks.some((check) => check.id === value)) return value;
        const id = typeof value === 'string' ? value : '';
        const message = checkFamilies.has(id)
          ? `the check ${id} is not in this version of Taster`
          : unknownWord('check', id, known);
        context.addIssue({ code: 'custom', message });
        return z.NEVER;
      })
      .meta({ enum: checks.map((check) => check.id) }),
    rows: z.array(text('a row such as "id=17"', 400)).min(1).max(10_000).optional(),
    reason: text('the reason, in a few words', 500),
    until: date.optional(),
  });
}
