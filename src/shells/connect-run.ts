import type { Run } from '../adapters/bot-store.ts';
import { connectGitHub, type GitHub } from '../adapters/github.ts';
import { connectChecks, type GitHubChecks } from '../adapters/github-checks.ts';
import { ANNOTATIONS_A_REQUEST, CHECK_NAME } from '../bot/check-output.ts';

export interface ConnectRunOptions {
  readonly api: string;
  /** A token of the installation; with `contents`, one that can read this repository's contents and nothing else. */
  token(ask: Run['ask'], scope: 'all' | 'contents'): Promise<string>;
  log(line: string): void;
}

/** GitHub as the App sees it where a run is from. */
export async function connectRun(
  run: Run,
  { api, token, log }: ConnectRunOptions,
): Promise<{ readonly github: GitHub; readonly checks: GitHubChecks }> {
  const common = { token: await token(run.ask, 'all'), repository: run.ask.repository, api, log };
  const named = { name: CHECK_NAME, annotationsAtOnce: ANNOTATIONS_A_REQUEST };
  return { github: await connectGitHub(common), checks: await connectChecks({ ...common, ...named }) };
}
