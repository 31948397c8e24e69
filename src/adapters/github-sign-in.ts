import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Readable } from '../bot/listed-run.ts';
import { UserError } from '../errors.ts';

export interface GitHubSignInOptions {
  readonly server: string;
  readonly api: string;
  readonly client: { readonly id: string; readonly secret: string };
  /** Where GitHub sends people back to. */
  readonly callback: string;
  now(): number;
}

/** Signing in through the App's own OAuth client, and what GitHub says that a person may read. */
export interface GitHubSignIn {
  /** Where a person is sent: `verifier` stays here and is shown with the code (RFC 7636). */
  address(flow: { readonly state: string; readonly verifier: string }): string;
  /** Throws UserError `sign-in` where GitHub does not take the code. */
  exchange(flow: { readonly code: string; readonly verifier: string }): Promise<PersonToken>;
  /** Throws UserError `signed-out` where the token is good no more, here and below. */
  login(token: string): Promise<string>;
  /** Repositories of the App's installations that GitHub lets this person read; asked again after a minute. */
  readable(token: string): Promise<readonly Readable[]>;
  /** Makes the token worthless. */
  revoke(token: string): Promise<void>;
}

export interface PersonToken {
  readonly token: string;
  /** Seconds for which it is good; null: GitHub does not say. */
  readonly seconds: number | null;
}

const KEPT_MS = 60_000;
const MOST_KEPT = 1000;
const ANSWER_MS = 15_000;
/** Of all the pages of what somebody may read. */
const LIST_MS = 60_000;
const PAGE = 100;

const granted = z.object({
  access_token: z.string().regex(/^[\w.-]{1,1000}$/),
  expires_in: z.number().positive().optional(),
});

export function openGitHubSignIn({ server, api, client, callback, now }: GitHubSignInOptions): GitHubSignIn {
  const kept = new Map<string, { readonly until: number; readonly list: Promise<readonly Readable[]> }>();
  const keyOf = (token: string) => createHash('sha256').update(token).digest('base64');
  const connect = async (token: string, patience = ANSWER_MS) => {
    // Imported late: the package reads the environment when it is imported.
    const { getOctokit } = await import('@actions/github');
    return getOctokit(token, { baseUrl: api, request: { signal: AbortSignal.timeout(patience) } });
  };
  const ask = async (token: string): Promise<readonly Readable[]> => {
    const octokit = await connect(token, LIST_MS);
    const { apps } = octokit.rest;
    const installations = await octokit.paginate(apps.listInstallationsForAuthenticatedUser, { per_page: PAGE });
    const working = installations.filter(({ suspended_at }) => suspended_at === null);
    const lists = await Promise.all(
      working.map(async ({ id }) => {
        const options = { installation_id: id, per_page: PAGE };
        const repositories = await octokit.paginate(apps.listInstallationReposForAuthenticatedUser, options);
        return repositories.map(({ full_name }) => ({ installation: id, repository: full_name.toLowerCase() }));
      }),
    );
    return lists.flat();
  };
  return {
    address({ state, verifier }) {
      const challenge = createHash('sha256').update(verifier).digest('base64url');
      const query = new URLSearchParams({
        ...{ client_id: client.id, redirect_uri: callback, state },
        ...{ code_challenge: challenge, code_challenge_method: 'S256' },
      });
      return `${server}/login/oauth/authorize?${query}`;
    },
    async exchange({ code, verifier }) {
      const answer = await fetch(`${server}/login/oauth/access_token`, {
        method: 'POST',
        headers: { accept: 'application/json', 'content-type': 'application/json' },
        body: JSON.stringify({
          ...{ client_id: client.id, client_secret: client.secret, code },
          ...{ redirect_uri: callback, code_verifier: verifier },
        }),
        redirect: 'error',
        signal: AbortSignal.timeout(ANSWER_MS),
      }).catch(unreachable);
      if (answer.status >= 500) throw unreachable({ status: answer.status });
      // What is refused comes with status 200, too.
      const { data } = granted.safeParse(await answer.json().catch(() => null));
      if (!data)
        throw new UserError('sign-in', 'GitHub did not take the code of this sign-in.', {
          hint: 'Sign in again; a code is good once, and for ten minutes.',
        });
      return { token: data.access_token, seconds: data.expires_in ?? null };
    },
    async login(token) {
      const octokit = await connect(token);
      return (await octokit.rest.users.getAuthenticated().catch(unreachable)).data.login;
    },
    async readable(token) {
      const key = keyOf(token);
      const there = kept.get(key);
      if (there && there.until > now()) return await there.list;
      const list = ask(token).catch((error: unknown) => {
        kept.delete(key);
        return unreachable(error);
      });
      kept.delete(key);
      kept.set(key, { until: now() + KEPT_MS, list });
      for (const oldest of kept.keys()) {
        if (kept.size <= MOST_KEPT) break;
        kept.delete(oldest);
      }
      return await list;
    },
    async revoke(token) {
      kept.delete(keyOf(token));
      const basic = Buffer.from(`${client.id}:${client.secret}`).toString('base64');
      const answer = await fetch(`${api}/applications/${client.id}/token`, {
        method: 'DELETE',
        headers: {
          ...{ accept: 'application/vnd.github+json', 'content-type': 'application/json' },
          authorization: `Basic ${basic}`,
        },
        body: JSON.stringify({ access_token: token }),
        signal: AbortSignal.timeout(ANSWER_MS),
      }).catch(unreachable);
      await answer.body?.cancel();
    },
  };
}

/** Neither the token nor GitHub's words are repeated. */
function unreachable(cause: unknown): never {
  const { status } = cause as { status?: number };
  if (status === 401)
    throw new UserError('signed-out', 'GitHub no longer takes this sign-in.', { hint: 'Sign in again.', cause });
  throw new UserError('github', `GitHub answered ${status ?? 'nothing'}.`, {
    hint: 'Try again in a minute.',
    infrastructure: true,
    cause,
  });
}
