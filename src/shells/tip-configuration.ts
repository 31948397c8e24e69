import type { GitHub } from '../adapters/github.ts';
import type { Log } from '../adapters/log.ts';
import type { Config } from '../config/config.ts';
import { defaultConfig } from '../config/defaults.ts';
import { parseConfig } from '../config/parse.ts';
import { oneLine, UserError } from '../errors.ts';

export interface TipOptions {
  /** The target branch. */
  readonly branch: string;
  /** Path of the configuration inside the repository. */
  readonly path: string;
}

/**
 * The configuration at a branch's tip, as GitHub tells it: a job that publishes has no checkout and believes no
 * artifact. Where there is none, what holds without one. Throws a UserError where it cannot be read.
 */
export async function tipConfiguration(github: GitHub, { branch, path }: TipOptions): Promise<Config> {
  const file = await github.fileAt({ path, ref: `refs/heads/${branch}` });
  return file === null ? defaultConfig : parseConfig(file.bytes, { path });
}

/** The same for a comment that decides nothing: where it cannot be read, as if there were none. */
export async function readableConfiguration(
  github: GitHub,
  { branch, path, log }: TipOptions & { readonly log: Log },
): Promise<Config> {
  const bytes = await github.readFile({ path, branch });
  if (bytes === null) return defaultConfig;
  try {
    return parseConfig(bytes, { path });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    log.line(`${path} of ${oneLine(branch, 100)} cannot be read; the comment is written as without it.`);
    return defaultConfig;
  }
}
