import { type GitHubOptions, openGitHubClient, statusBehind } from './github-client.ts';

/** A pull request as far as a command asks for it. */
export interface AskedPull {
  readonly head: string;
  /** Login of its author; null where the account is gone. */
  readonly author: string | null;
  /** GitHub's own record: what an event of it would hold. */
  readonly record: unknown;
}

export interface Answering {
  readonly pull: number;
  readonly body: string;
  /** Whether a comment of this App is this very answer. */
  isIt(body: string): boolean;
}

/** People of a repository, and answers to them, as the App's installation token sees them. */
export interface GitHubPeople {
  /** Whether a person may write to the repository, as GitHub says at this moment. */
  mayWrite(login: string): Promise<boolean>;
  /** Null where GitHub does not show it. */
  pull(number: number): Promise<AskedPull | null>;
  /** Writes an answer, once: looked for at each attempt. */
  answer(answering: Answering): Promise<void>;
  /** Shows at a comment that it was heard. */
  hear(comment: number): Promise<void>;
}

export interface GitHubPeopleOptions extends GitHubOptions {
  readonly appId: number;
}

export async function connectPeople(options: GitHubPeopleOptions): Promise<GitHubPeople> {
  const { octokit, owner, repo, ask } = await openGitHubClient(options);
  const { rest } = octokit;
  const place = { owner, repo };
  const unlessGone = async <T>(call: () => Promise<T>): Promise<T | null> => {
    try {
      return await ask(call);
    } catch (error) {
      if (statusBehind(error) === 404) return null;
      throw error;
    }
  };
  const isThere = async ({ pull, isIt }: Answering): Promise<boolean> => {
    const pages = octokit.paginate.iterator(rest.issues.listComments, { ...place, issue_number: pull, per_page: 100 });
    for await (const { data } of pages)
      if (data.some((each) => each.performed_via_github_app?.id === options.appId && isIt(each.body ?? '')))
        return true;
    return false;
  };
  return {
    async mayWrite(username) {
      const answer = await unlessGone(() => rest.repos.getCollaboratorPermissionLevel({ ...place, username }));
      // Roles of an organisation's own come down to one of these; `maintain` is told as `write`.
      return ['admin', 'maintain', 'write'].includes(answer?.data.permission ?? 'none');
    },
    async pull(number) {
      const answer = await unlessGone(() => rest.pulls.get({ ...place, pull_number: number }));
      if (answer === null) return null;
      const { data } = answer;
      return { head: data.head.sha, author: data.user?.login ?? null, record: data };
    },
    async answer(answering) {
      await ask(async () => {
        if (await isThere(answering)) return;
        const { pull, body } = answering;
        await rest.issues.createComment({ ...place, issue_number: pull, body });
      });
    },
    async hear(comment_id) {
      await unlessGone(() => rest.reactions.createForIssueComment({ ...place, comment_id, content: 'eyes' }));
    },
  };
}
