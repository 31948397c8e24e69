import { failed, type GitHubOptions, openGitHubClient } from './github-client.ts';
import { retry } from './retry.ts';

export interface Pull {
  readonly number: number;
  readonly headSha: string;
  /** Name of the target branch. */
  readonly baseRef: string;
}

export interface Sticky {
  readonly pull: number;
  /** The comment's text; what stands there already, or null, is handed in. */
  body(there: string | null): string;
  /** Whether a body carries our marker, under the same id. */
  isOurs(body: string): boolean;
  /** Whether what stands there may be replaced. */
  mayReplace(body: string): boolean;
  /** False: an existing comment is updated, none is created. */
  readonly create: boolean;
}

export type Posted = 'created' | 'updated' | 'unchanged' | 'newer-there' | 'not-needed' | 'forbidden';

export interface GitHub {
  /** Throws a UserError (infrastructure) where GitHub cannot be asked. */
  pull(number: number): Promise<Pull>;
  /** The one open pull request of a branch with exactly this commit; null where there is none or more than one. */
  findPull(head: { readonly owner: string; readonly branch: string; readonly sha: string }): Promise<Pull | null>;
  /** A file at the tip of a branch; null where there is none, or the token may not read it. */
  readFile(at: { readonly path: string; readonly branch: string }): Promise<Buffer | null>;
  /** Writes the one comment of this marker: its author and marker must both be ours. */
  stick(sticky: Sticky): Promise<Posted>;
}

const ACTIONS_BOT = 'github-actions[bot]';

/** GitHub as the given token sees it. */
export async function connectGitHub(options: GitHubOptions): Promise<GitHub> {
  const { octokit, owner, repo, patience, ask } = await openGitHubClient(options);
  const { rest } = octokit;

  /**
   * Installation tokens have no `GET /user`; GraphQL knows who they are. It may leave out the `[bot]` of an app, and a
   * person of that bare name is someone else.
   */
  const login = async (): Promise<string> => {
    try {
      const answer = await octokit.graphql<{ viewer?: { login?: unknown } }>('query { viewer { login } }');
      const name = answer.viewer?.login;
      if (typeof name !== 'string') return ACTIONS_BOT;
      return options.token.startsWith('ghs_') && !name.endsWith('[bot]') ? `${name}[bot]` : name;
    } catch {
      return ACTIONS_BOT;
    }
  };

  const findComment = async ({ pull, isOurs }: Sticky, me: string) => {
    const pages = octokit.paginate.iterator(rest.issues.listComments, {
      owner,
      repo,
      issue_number: pull,
      per_page: 100,
    });
    for await (const { data } of pages)
      for (const comment of data)
        if (comment.user?.login === me && isOurs(comment.body ?? ''))
          return { id: comment.id, body: comment.body ?? '' };
    return null;
  };

  return {
    async pull(number) {
      const { data } = await ask(() => rest.pulls.get({ owner, repo, pull_number: number }));
      return { number: data.number, headSha: data.head.sha, baseRef: data.base.ref };
    },
    async findPull({ owner: from, branch, sha }) {
      const { data } = await ask(() =>
        rest.pulls.list({ owner, repo, state: 'open', head: `${from}:${branch}`, per_page: 100 }),
      );
      const found = data.filter(({ head }) => head.sha === sha);
      return found.length === 1 ? { number: found[0]!.number, headSha: sha, baseRef: found[0]!.base.ref } : null;
    },
    async readFile({ path, branch }) {
      const ref = `refs/heads/${branch}`;
      const answer = await retry(() => rest.repos.getContent({ owner, repo, path, ref }), patience).catch(
        (error: unknown) => (isRefusal(error) ? null : failed(error)),
      );
      const file = answer?.data;
      return file && !Array.isArray(file) && file.type === 'file' ? Buffer.from(file.content, 'base64') : null;
    },
    async stick(sticky) {
      const me = await login();
      const { pull } = sticky;
      const write = async (): Promise<Posted> => {
        // Looked for at each attempt: a create that answered 502 may have been done.
        const there = await findComment(sticky, me);
        const body = sticky.body(there?.body ?? null);
        if (there === null) {
          if (!sticky.create) return 'not-needed';
          await rest.issues.createComment({ owner, repo, issue_number: pull, body });
          return 'created';
        }
        if (there.body === body) return 'unchanged';
        if (!sticky.mayReplace(there.body)) return 'newer-there';
        await rest.issues.updateComment({ owner, repo, comment_id: there.id, body });
        return 'updated';
      };
      return await retry(write, patience).catch((error: unknown) => {
        if (isRefusal(error)) return 'forbidden' as const;
        return failed(error);
      });
    },
  };
}

function isRefusal(error: unknown): boolean {
  return [401, 403, 404].includes((error as { status?: number }).status ?? 0);
}
