export interface RetryOptions {
  readonly attempts: number;
  /** The longest that is waited for in all, in milliseconds. */
  readonly budgetMs: number;
  sleep(milliseconds: number): Promise<void>;
  now(): number;
  log(line: string): void;
}

interface Failure {
  readonly status?: number;
  readonly response?: { readonly headers?: Readonly<Record<string, string | number | undefined>> };
}

/** Milliseconds to wait before asking again, or null where asking again is of no use. */
export function waitFor(error: unknown, attempt: number, now: number): number | null {
  const { status = 0, response } = error as Failure;
  const headers = response?.headers ?? {};
  const after = Number(headers['retry-after']);
  if (status === 429 || status === 403) {
    if (after > 0) return after * 1000;
    if (String(headers['x-ratelimit-remaining']) === '0')
      return Math.max(0, Number(headers['x-ratelimit-reset']) * 1000 - now) || 1000;
    return status === 429 ? 1000 * 2 ** attempt : null;
  }
  const dropped = status === 0 || (status === 500 && response === undefined);
  return status >= 500 || dropped ? 500 * 4 ** attempt : null;
}

/** Milliseconds that GitHub asks to wait before anything else is asked; null where it asks for no such thing. */
export function limitedFor(error: unknown, now: number): number | null {
  const failure = (error as { status?: unknown }).status === undefined ? ((error as Error).cause ?? error) : error;
  const { status } = failure as Failure;
  return status === 403 || status === 429 ? waitFor(failure, 0, now) : null;
}

/** Asks again after 5xx, dropped connections and rate limits, within bounds; then throws the last error. */
export async function retry<T>(ask: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  let spent = 0;
  for (let attempt = 0; ; attempt++) {
    try {
      return await ask(attempt);
    } catch (error) {
      const wait = waitFor(error, attempt, options.now());
      if (wait === null || attempt + 1 >= options.attempts || spent + wait > options.budgetMs) throw error;
      options.log(
        `GitHub answered ${(error as Failure).status ?? 'nothing'}; asking again in ${Math.ceil(wait / 1000)} s.`,
      );
      spent += wait;
      await options.sleep(wait);
    }
  }
}
