import { join } from 'node:path';
import type { Log } from '../adapters/log.ts';
import type { Runner } from '../adapters/runner.ts';
import type { Config } from '../config/config.ts';
import { actionInputs } from '../config/options.ts';
import { readOption } from '../config/read-option.ts';
import { UserError } from '../errors.ts';
import { type ActionFiles, actionFiles } from './action-files.ts';

/** What a step that writes to GitHub was given. */
export interface Publishing {
  readonly runner: Runner;
  readonly token: string;
  /** Names the comment and the commit status. */
  readonly id: string;
  /** When to comment; null: what the configuration at the target branch's tip says. */
  readonly comment: Config['comment'] | null;
  /** How a gated check reads that could not tell; null: what that configuration says. */
  readonly onUnknown: Config['onUnknown'] | null;
  /** Path of that configuration inside the repository. */
  readonly configPath: string;
  readonly files: ActionFiles;
  readonly log: Log;
}

/** An input as the options' table reads it; null where it is not given and has no default. */
export function input(runner: Runner, name: string): unknown {
  const option = actionInputs().find((each) => each.name === name);
  if (!option) throw new Error(`no input ${name}`);
  const text = runner.input(name) ?? option.default;
  return text === null ? null : readOption(option, text, name);
}

export function publishing(runner: Runner, { token, log }: { readonly token: string; readonly log: Log }): Publishing {
  return {
    ...{ runner, token, log, id: idOf(runner), files: filesOf(runner), configPath: String(input(runner, 'config')) },
    comment: input(runner, 'comment') as Publishing['comment'],
    onUnknown: input(runner, 'on-unknown') as Publishing['onUnknown'],
  };
}

export const filesOf = (runner: Runner): ActionFiles => actionFiles(join(runner.temp, 'taster', idOf(runner)));

export const linksOf = ({ server, repository }: Runner) => ({ server, repository });

function idOf(runner: Runner): string {
  const id = String(input(runner, 'id'));
  if (/^[A-Za-z0-9][\w.-]{0,63}$/.test(id)) return id;
  throw new UserError('option-invalid', 'id: expected letters, digits, dots, dashes, at most 64.', {
    hint: 'It names the comment and the artifact.',
  });
}
