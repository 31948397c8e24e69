import { UserError } from '../errors.ts';
import { type RetryOptions, retry } from './retry.ts';

export interface GitHubOptions {
  readonly token: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly api: string;
  log(line: string): void;
  /** Tests give a clock of their own. */
  readonly patience?: Partial<RetryOptions>;
}

/** The client that a token gives, and how long it is asked again. */
export async function openGitHubClient(options: GitHubOptions) {
  // Imported late: the package reads the environment when it is imported.
  const { getOctokit } = await import('@actions/github');
  const [owner = '', repo = ''] = options.repository.split('/');
  const silent = () => {};
  const octokit = getOctokit(options.token, {
    baseUrl: options.api,
    log: { debug: silent, info: silent, warn: silent, error: silent },
  });
  const patience: RetryOptions = {
    attempts: 4,
    budgetMs: 120_000,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    now: () => Date.now(),
    log: options.log,
    ...options.patience,
  };
  const ask = <T>(call: (attempt: number) => Promise<T>) => retry(call, patience).catch(failed);
  return { octokit, owner, repo, patience, ask };
}

/** What GitHub said at last, as a UserError whose cause lies outside the change. */
export function failed(error: unknown): never {
  const { status, message } = error as { status?: number; message?: string };
  throw new UserError('github', `GitHub answered ${status ?? 'nothing'}: ${message ?? String(error)}.`, {
    hint: 'Run the job again; if it stays so, check the permissions of the token.',
    infrastructure: true,
    cause: error,
  });
}

/** What GitHub answered behind an error that `failed` has made; undefined for any other. */
export function statusBehind(error: unknown): number | undefined {
  return ((error as Error).cause as { status?: number } | undefined)?.status;
}
