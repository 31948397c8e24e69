import { UserError } from '../errors.ts';
import { failed, type GitHubOptions, openGitHubClient } from './github-client.ts';
import { retry } from './retry.ts';

export interface CommitStatus {
  readonly sha: string;
  readonly state: 'success' | 'failure' | 'error' | 'pending';
  /** One line of own words; GitHub takes 140 characters. */
  readonly description: string;
  /** One status per name and commit: a later one takes the place of an earlier. */
  readonly context: string;
  /** Page with the details. */
  readonly url: string;
  /** Whether the status with these details is of a later run, and stays. */
  isLater(url: string): boolean;
}

/**
 * Sets a commit status, unless a later run has. Throws a UserError where the token may not, or GitHub cannot be asked.
 */
export async function setStatus(
  options: GitHubOptions,
  { sha, url, isLater, ...status }: CommitStatus,
): Promise<'set' | 'later-there'> {
  const { octokit, owner, repo, patience } = await openGitHubClient(options);
  const { rest } = octokit;
  const set = async () => {
    // Newest first.
    const { data } = await rest.repos.listCommitStatusesForRef({ owner, repo, ref: sha, per_page: 100 });
    const there = data.find(({ context }) => context.toLowerCase() === status.context.toLowerCase());
    if (isLater(there?.target_url ?? '')) return 'later-there';
    await rest.repos.createCommitStatus({ owner, repo, sha, target_url: url, ...status });
    return 'set';
  };
  return await retry(set, patience).catch((error: unknown) => {
    if ((error as { status?: number }).status !== 403) return failed(error);
    throw new UserError('status-forbidden', 'The token may not set a commit status.', {
      hint: 'Give the job that publishes `statuses: write` (docs/configuration.md).',
      cause: error,
    });
  });
}
