import type { ProbotOctokit } from 'probot';

export interface TokenFor {
  readonly installation: number;
  /** `owner/name`: the token reads the contents of this one and nothing else. Null: all that the App may do. */
  readonly contentsOf: string | null;
}

export interface InstallationTokens {
  give(wanted: TokenFor): Promise<string>;
  /** GitHub has refused one: no kept one is given out again. */
  forget(): void;
}

/** A token is not handed out in its last minutes: a review may take some. */
const SPARE_MS = 15 * 60_000;

/**
 * Installation tokens, kept while they are good. Asked for by hand: the client's own way asks api.github.com whatever
 * address it was given.
 */
export function installationTokens(app: ProbotOctokit, now: () => number): InstallationTokens {
  const kept = new Map<number, { readonly token: string; readonly until: number }>();
  return {
    forget: () => kept.clear(),
    async give({ installation, contentsOf }) {
      const there = contentsOf === null ? kept.get(installation) : undefined;
      if (there && there.until > now()) return there.token;
      const { data } = await app.request('POST /app/installations/{installation_id}/access_tokens', {
        installation_id: installation,
        ...(contentsOf === null
          ? {}
          : { repositories: [contentsOf.split('/')[1]!], permissions: { contents: 'read' as const } }),
      });
      const until = Date.parse(data.expires_at) - SPARE_MS;
      if (contentsOf === null) kept.set(installation, { token: data.token, until });
      return data.token;
    },
  };
}
