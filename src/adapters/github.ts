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
  /** The open pull requests of a branch with exactly this commit: one for each target branch. */
  findPulls(head: { readonly owner: string; readonly branch: string; readonly sha: string }): Promise<Pull[]>;
  /** A file at the tip of a branch; null where there is none, or the token may not read it. */
  readFile(at: { readonly path: string; readonly branch: string }): Promise<Buffer | null>;
  /** A file with the name of its content; null where there is none. A refusal is an error: it is not nothing. */
  fileAt(at: {
    readonly path: string;
    readonly ref: string;
  }): Promise<{ readonly id: string; readonly bytes: Buffer } | null>;
  /** Where a commit left a branch; null where the two have nothing in common. */
  mergeBase(of: { readonly branch: string; readonly sha: string }): Promise<string | null>;
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

  const fileAt = async ({ path, ref }: { path: string; ref: string }, isNothing: (error: unknown) => boolean) => {
    const answer = await retry(() => rest.repos.getContent({ owner, repo, path, ref }), patience).catch(
      (error: unknown) => (isNothing(error) ? null : failed(error)),
    );
    const file = answer?.data;
    return file && !Array.isArray(file) && file.type === 'file'
      ? { id: file.sha, bytes: Buffer.from(file.content, 'base64') }
      : null;
  };

  return {
    async pull(number) {
      const { data } = await ask(() => rest.pulls.get({ owner, repo, pull_number: number }));
      return { number: data.number, headSha: data.head.sha, baseRef: data.base.ref };
    },
    async findPulls({ owner: from, branch, sha }) {
      const { data } = await ask(() =>
        rest.pulls.list({ owner, repo, state: 'open', head: `${from}:${branch}`, per_page: 100 }),
      );
      const found = data.filter(({ head, state }) => head.sha === sha && head.ref === branch && state === 'open');
      return found.map(({ number, base }) => ({ number, headSha: sha, baseRef: base.ref }));
    },
    async readFile({ path, branch }) {
      const file = await fileAt({ path, ref: `refs/heads/${branch}` }, isRefusal);
      return file?.bytes ?? null;
    },
    fileAt: (at) => fileAt(at, isMissing),
    async mergeBase({ branch, sha }) {
      const basehead = `${branch}...${sha}`;
      const answer = await retry(
        () => rest.repos.compareCommitsWithBasehead({ owner, repo, basehead, per_page: 1 }),
        patience,
      ).catch((error: unknown) => (isMissing(error) ? null : failed(error)));
      return answer?.data.merge_base_commit.sha ?? null;
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

function isMissing(error: unknown): boolean {
  return (error as { status?: number }).status === 404;
}

function isRefusal(error: unknown): boolean {
  return [401, 403, 404].includes((error as { status?: number }).status ?? 0);
}
