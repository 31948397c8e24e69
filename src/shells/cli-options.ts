import { homedir } from 'node:os';
import { join } from 'node:path';
import type { EngineRequest } from '../review/request.ts';
import type { Arguments } from './parse-arguments.ts';
import type { ReviewOptions } from './review-options.ts';
import type { Outputs } from './write-outputs.ts';

type Values = Arguments['values'];

/** A text of the command line; null where it was not given. */
export const text = (values: Values, name: string): string | null => (values[name] as string | undefined) ?? null;
const whole = (values: Values, name: string): number | null => (values[name] as number | undefined) ?? null;

/** Named on the command line, a configuration is a file of this machine; else a path in the repository. */
export function configOf(
  values: Values,
  given: ReadonlySet<string>,
): { configFile: string | null; configPath: string } {
  const config = text(values, 'config') ?? '';
  return given.has('config')
    ? { configFile: config, configPath: '.github/taster.yml' }
    : { configFile: null, configPath: config };
}

/** The files that are to be written. */
export function outputsOf(values: Values): Outputs {
  return {
    json: text(values, 'json'),
    markdown: text(values, 'markdown'),
    html: text(values, 'html'),
    sarif: text(values, 'sarif'),
  };
}

/** What all commands that start the engine share. */
export function reviewOptions(
  values: Values,
  { env, log }: Pick<ReviewOptions, 'log'> & { readonly env: ReviewOptions['environment'] },
): Omit<ReviewOptions, 'onProgress'> {
  return {
    ...{
      repo: '.',
      base: null,
      head: null,
      tip: null,
      configPath: '.github/taster.yml',
      configFile: null,
      token: null,
    },
    seed: text(values, 'seed'),
    budgetSeconds: whole(values, 'budget'),
    shadows: whole(values, 'shadows'),
    device: (values.device as EngineRequest['limits']['device'] | undefined) ?? 'auto',
    only: (values.only as readonly string[] | undefined) ?? null,
    dryRun: values['dry-run'] === true,
    memoryBytes: values.memory === undefined ? null : Number(values.memory) * 2 ** 20,
    runtimePath: text(values, 'runtime-path'),
    registry: text(values, 'registry'),
    cache: join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'taster', 'ensembles'),
    context: { repository: null, pull: null, run: null, baseRef: null, headRef: null, headRepository: null },
    environment: env,
    log,
  };
}
