import type { Run } from '../adapters/bot-store.ts';
import { connectGitHub, type GitHub } from '../adapters/github.ts';
import { connectChecks, type GitHubChecks } from '../adapters/github-checks.ts';
import type { GitHubOptions } from '../adapters/github-client.ts';
import { ANNOTATIONS_A_REQUEST, CHECK_NAME } from '../bot/check-output.ts';

export interface ConnectRunOptions {
  readonly api: string;
  /** A token of the installation; with `contents`, one that can read this repository's contents and nothing else. */
  token(ask: Run['ask'], scope: 'all' | 'contents'): Promise<string>;
  /** How long GitHub is asked again within one job. */
  readonly patience?: GitHubOptions['patience'];
  log(line: string): void;
}

/** GitHub as the App sees it where a run is from. */
export async function connectRun(
  run: Run,
  { api, token, log, ...options }: ConnectRunOptions,
  more: GitHubOptions['patience'] = {},
): Promise<{ readonly github: GitHub; readonly checks: GitHubChecks }> {
  const patience = { ...more, ...options.patience };
  const common = { token: await token(run.ask, 'all'), repository: run.ask.repository, api, log, patience };
  const named = { name: CHECK_NAME, annotationsAtOnce: ANNOTATIONS_A_REQUEST };
  return { github: await connectGitHub(common), checks: await connectChecks({ ...common, ...named }) };
}
