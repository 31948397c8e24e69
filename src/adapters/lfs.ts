import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../errors.ts';
import type { FetchLfs } from './files.ts';

export interface LfsOptions {
  /** The repository's LFS endpoint (`lfsEndpoint`); the change's `.lfsconfig` is never read. */
  readonly endpoint: string;
  /** Sent to the endpoint's own origin only. */
  readonly token: string | null;
  readonly maxBytes: number;
}

const TIMEOUT = 300_000;
const ANSWER_LIMIT = 1 << 20;

/** The LFS endpoint that belongs to a git remote (https, or ssh in either spelling); null for other addresses. */
export function lfsEndpoint(remote: string): string | null {
  const scp = /^(?:[\w.-]+@)?([\w.-]+):(?!\/\/)(.+)$/.exec(remote);
  const address =
    scp && !/^[a-z]+:\/\//.test(remote)
      ? `https://${scp[1]}/${scp[2]}`
      : remote.replace(/^ssh:\/\/(?:[^@/]+@)?([^:/]+)(?::\d+)?\//, 'https://$1/');
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  url.username = '';
  url.password = '';
  const path = url.pathname.replace(/\/+$/, '');
  return `${url.origin}${path.endsWith('.git') ? path : `${path}.git`}/info/lfs`;
}

/** Downloads through the LFS batch API, caps the size and verifies SHA-256. Other hosts by https only, without token. */
export function lfsFetcher(options: LfsOptions): FetchLfs {
  return async (pointer, localPath, repoPath) => {
    const fail = (problem: string, infrastructure: boolean) =>
      new UserError('lfs-unresolved', `${repoPath}: ${problem}`, {
        hint: 'Check that the object was pushed to Git LFS and that the token may read it.',
        infrastructure,
      });
    if (pointer.bytes > options.maxBytes)
      throw fail(`the LFS object has ${pointer.bytes} bytes; at most ${options.maxBytes} are read.`, false);
    const signal = AbortSignal.timeout(TIMEOUT);
    const authorization =
      options.token === null
        ? {}
        : { authorization: `Basic ${Buffer.from(`x-access-token:${options.token}`).toString('base64')}` };
    const ask = async (url: string, init: RequestInit) => {
      const answer = await fetch(url, { ...init, signal }).catch(() =>
        Promise.reject(fail('the LFS server did not answer.', true)),
      );
      if (!answer.ok || !answer.body) throw fail(`the LFS server answered ${answer.status}.`, answer.status >= 500);
      return answer;
    };
    const batch = await ask(`${options.endpoint}/objects/batch`, {
      method: 'POST',
      redirect: 'error',
      headers: {
        ...authorization,
        accept: 'application/vnd.git-lfs+json',
        'content-type': 'application/vnd.git-lfs+json',
      },
      body: JSON.stringify({
        operation: 'download',
        transfers: ['basic'],
        objects: [{ oid: pointer.sha256, size: pointer.bytes }],
      }),
    });
    const action = downloadOf((await batch.text()).slice(0, ANSWER_LIMIT), pointer.sha256);
    if (!action) throw fail('the LFS server does not have the object.', false);
    const target = URL.canParse(action.href) ? new URL(action.href) : null;
    const own = target !== null && target.origin === new URL(options.endpoint).origin;
    if (!target || (!own && target.protocol !== 'https:'))
      throw fail('the LFS server names a download address that is not https.', false);
    const answer = await ask(target.href, {
      headers: { ...(own ? authorization : {}), ...action.header },
      redirect: own ? 'error' : 'follow',
    });
    const hash = createHash('sha256');
    let bytes = 0;
    const check = new Transform({
      transform(chunk: Buffer, _encoding, next) {
        bytes += chunk.length;
        hash.update(chunk);
        next(
          bytes > pointer.bytes
            ? fail(`the LFS object is larger than the ${pointer.bytes} bytes that its pointer states.`, false)
            : null,
          chunk,
        );
      },
    });
    await pipeline(
      Readable.fromWeb(answer.body as import('node:stream/web').ReadableStream),
      check,
      createWriteStream(localPath, { mode: 0o600, flags: 'wx' }),
    );
    if (bytes !== pointer.bytes || hash.digest('hex') !== pointer.sha256)
      throw fail('the LFS object does not have the SHA-256 that its pointer states.', false);
  };
}

function downloadOf(
  text: string,
  oid: string,
): { readonly href: string; readonly header: Record<string, string> } | null {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return null;
  }
  const objects = (answer as { objects?: unknown } | null)?.objects;
  const found = Array.isArray(objects)
    ? (objects as { oid?: unknown; actions?: { download?: { href?: unknown; header?: unknown } } }[]).find(
        (object) => object?.oid === oid,
      )
    : undefined;
  const href = found?.actions?.download?.href;
  if (typeof href !== 'string') return null;
  const header = Object.entries(found?.actions?.download?.header ?? {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return { href, header: Object.fromEntries(header) };
}
