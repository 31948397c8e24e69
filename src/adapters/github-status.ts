import { UserError } from '../errors.ts';
import { failed, type GitHubOptions, openGitHubClient } from './github-client.ts';
import { retry } from './retry.ts';

export interface CommitStatus {
  readonly sha: string;
  readonly state: 'success' | 'failure' | 'error';
  /** One line of own words; GitHub takes 140 characters. */
  readonly description: string;
  /** One status per name and commit: a later one takes the place of an earlier. */
  readonly context: string;
  /** Page with the details. */
  readonly url: string;
}

/** Sets a commit status. Throws a UserError where the token may not, or GitHub cannot be asked. */
export async function setStatus(options: GitHubOptions, { sha, url, ...status }: CommitStatus): Promise<void> {
  const { octokit, owner, repo, patience } = await openGitHubClient(options);
  const set = () => octokit.rest.repos.createCommitStatus({ owner, repo, sha, target_url: url, ...status });
  await retry(set, patience).catch((error: unknown) => {
    if ((error as { status?: number }).status !== 403) return failed(error);
    throw new UserError('status-forbidden', 'The token may not set a commit status.', {
      hint: 'Give the job that publishes `statuses: write` (docs/configuration.md).',
      cause: error,
    });
  });
}
