import type { ProbotOctokit } from 'probot';
import { type GitHubOptions, openGitHubClient } from './github-client.ts';

/** A repository with more open pull requests than this is taken up in the order of their last change. */
const MOST_PULLS = 500;

/** Numbers of the installations that are not suspended, as the App itself sees them. */
export async function installationIds(app: ProbotOctokit): Promise<number[]> {
  const ids: number[] = [];
  for (let page = 1; ; page++) {
    const { data } = await app.request('GET /app/installations', { per_page: 100, page });
    ids.push(...data.filter(({ suspended_at }) => suspended_at == null).map(({ id }) => id));
    if (data.length < 100) return ids;
  }
}

/** `owner/name` of the repositories of a token that can still change. */
export async function repositoriesOf(options: Omit<GitHubOptions, 'repository'>): Promise<string[]> {
  const { octokit, ask } = await openGitHubClient({ ...options, repository: '/' });
  const names: string[] = [];
  for (let page = 1; ; page++) {
    const { data } = await ask(() => octokit.rest.apps.listReposAccessibleToInstallation({ per_page: 100, page }));
    const living = data.repositories.filter(({ archived, disabled }) => !archived && disabled !== true);
    names.push(...living.map(({ full_name }) => full_name));
    if (data.repositories.length < 100) return names;
  }
}

export interface OpenPulls {
  /** As GitHub tells them: the form of an event's `pull_request`. */
  readonly pulls: readonly { readonly number: number }[];
  /** False where there are more. */
  readonly all: boolean;
}

/** The open pull requests of a repository, the last changed first. */
export async function openPulls(options: GitHubOptions): Promise<OpenPulls> {
  const { octokit, owner, repo, ask } = await openGitHubClient(options);
  const pulls: { number: number }[] = [];
  for (let page = 1; ; page++) {
    const { data } = await ask(() =>
      octokit.rest.pulls.list({
        ...{ owner, repo, state: 'open', sort: 'updated', direction: 'desc', per_page: 100, page },
      }),
    );
    pulls.push(...data);
    if (data.length < 100) return { pulls, all: true };
    if (pulls.length >= MOST_PULLS) return { pulls, all: false };
  }
}
