import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { GitHubSignIn } from '../adapters/github-sign-in.ts';
import { sealOf, secretWord } from '../adapters/sealed-text.ts';
import { cookieName, readCookie, writeCookie } from '../bot/cookies.ts';
import { ownAddress } from '../bot/pages/addresses.ts';
import { sameText } from '../bot/same-text.ts';
import { UserError } from '../errors.ts';
import { sendOn } from './send-page.ts';

export interface BotSignInOptions {
  readonly github: GitHubSignIn;
  /** The cookies' keys are drawn from it: a new one signs everybody out. */
  readonly secret: string;
  readonly publicUrl: string;
  now(): number;
}

const session = z.object({ login: z.string(), token: z.string(), word: z.string(), until: z.number() });
const flow = z.object({ state: z.string(), verifier: z.string(), to: z.string(), until: z.number() });

/** Who is signed in, kept in a sealed cookie and nowhere else. `word` proves that a request came from their own page. */
export type Session = z.infer<typeof session>;

export interface BotSignIn {
  session(request: IncomingMessage): Session | null;
  /** Sends a browser to GitHub, to come back to `to`. */
  begin(response: ServerResponse, to: string | null): void;
  /** GitHub sent it back. Throws UserError `sign-in` where this browser began no such sign-in. */
  finish(request: IncomingMessage, response: ServerResponse, query: URLSearchParams): Promise<void>;
  /** Throws UserError `wrong-word` where no page of this person's asked for it. */
  end(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Cookies that take a sign-in that was begun away; with `all`, who is signed in, too. */
  forget(what: 'begun' | 'all'): readonly string[];
}

const FLOW_SECONDS = 600;
const SESSION_SECONDS = 8 * 3600;
const BODY_BYTES = 4096;

/** Signing in and out, by GitHub's web flow with a state that is bound to the browser, and a proof key. */
export function botSignIn({ github, secret, publicUrl, now }: BotSignInOptions): BotSignIn {
  const secure = publicUrl.startsWith('https:');
  const names = { session: cookieName('session', secure), flow: cookieName('sign-in', secure) };
  const seals = { session: sealOf(secret, 'session'), flow: sealOf(secret, 'sign-in') };
  /** A flow is finished once: until it is over, its state is remembered. */
  const used = new Map<string, number>();
  const put = (kind: keyof typeof names, value: object, seconds: number) =>
    writeCookie(names[kind], seals[kind].close(JSON.stringify(value)), { secure, seconds });
  const take = (kind: keyof typeof names) => writeCookie(names[kind], '', { secure, seconds: 0 });
  const read = <T extends { readonly until: number }>(
    request: IncomingMessage,
    kind: keyof typeof names,
    schema: z.ZodType<T>,
  ): T | null => {
    const sealed = readCookie(request.headers.cookie, names[kind]);
    const text = sealed === null ? null : seals[kind].open(sealed);
    const value = text === null ? null : schema.parse(JSON.parse(text));
    return value !== null && value.until > now() ? value : null;
  };
  const useOnce = (state: string): boolean => {
    for (const [old, end] of used) {
      if (end > now()) break;
      used.delete(old);
    }
    if (used.has(state)) return false;
    used.set(state, now() + FLOW_SECONDS * 1000);
    return true;
  };
  const forget = (what: 'begun' | 'all') => [...(what === 'all' ? [take('session')] : []), take('flow')];

  return {
    forget,
    session: (request) => read(request, 'session', session),
    begin(response, to) {
      const [state, verifier] = [secretWord(), secretWord()];
      const cookie = put(
        'flow',
        { state, verifier, to: ownAddress(to), until: now() + FLOW_SECONDS * 1000 },
        FLOW_SECONDS,
      );
      sendOn(response, github.address({ state, verifier }), [cookie]);
    },
    async finish(request, response, query) {
      const begun = read(request, 'flow', flow);
      const code = query.get('code') ?? '';
      if (
        begun === null ||
        !sameText(begun.state, query.get('state') ?? '') ||
        !/^[\w-]{1,200}$/.test(code) ||
        !useOnce(begun.state)
      )
        throw new UserError('sign-in', 'This browser began no such sign-in.', { hint: 'Sign in again.' });
      const { token, seconds } = await github.exchange({ code, verifier: begun.verifier });
      const login = await github.login(token);
      const age = Math.floor(Math.min(SESSION_SECONDS, seconds ?? SESSION_SECONDS));
      const made: Session = { login, token, word: secretWord(), until: now() + age * 1000 };
      sendOn(response, begun.to, [put('session', made, age), take('flow')]);
    },
    async end(request, response) {
      const mine = read(request, 'session', session);
      const word = new URLSearchParams(await bodyOf(request)).get('word') ?? '';
      const { origin, 'sec-fetch-site': site } = request.headers;
      const fromElsewhere = (origin ?? publicUrl) !== publicUrl || (site ?? 'same-origin') !== 'same-origin';
      if (mine !== null && (fromElsewhere || !sameText(mine.word, word)))
        throw new UserError('wrong-word', 'No page of this person asked for it.', { hint: 'Use the button.' });
      // Here the cookie goes in any case; there the token should, so that a copy of the cookie is worth nothing.
      if (mine !== null) await github.revoke(mine.token).catch(() => {});
      sendOn(response, '/', forget('all'));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > BODY_BYTES) return '';
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
