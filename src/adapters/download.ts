import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Agent as HttpAgent, get as httpGet, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, get as httpsGet } from 'node:https';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface Download {
  readonly url: string;
  readonly target: string;
  /** The most that is read; more is an error. */
  readonly maxBytes: number;
  /** Milliseconds without a byte before the download is given up. */
  readonly idleMs: number;
  /** Milliseconds for the whole download. */
  readonly totalMs: number;
  /** `sha512-` and base64, as a lock file has it. */
  readonly integrity: string;
  /** Read for `http_proxy`, `https_proxy` and `no_proxy`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onProgress?: (bytes: number) => void;
}

/** Something went wrong on the way; `retry` where another attempt may help. */
export class DownloadError extends Error {
  readonly retry: boolean;

  constructor(message: string, options: { retry: boolean }) {
    super(message);
    this.name = 'DownloadError';
    this.retry = options.retry;
  }
}

const REDIRECTS = 5;

/** Streams a file to disk and checks its hash. The target does not exist afterwards unless the hash was right. */
export async function download(options: Download): Promise<void> {
  const { url, target, maxBytes, idleMs, totalMs, integrity, env, onProgress } = options;
  const signal = AbortSignal.timeout(totalMs);
  const hash = createHash('sha512');
  let bytes = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      hash.update(chunk);
      onProgress?.(bytes);
      if (bytes > maxBytes) done(new DownloadError(`more than the expected ${maxBytes} bytes`, { retry: false }));
      else done(null, chunk);
    },
  });
  try {
    const response = await open(new URL(url), { idleMs, signal, env }, REDIRECTS);
    await pipeline(response, count, createWriteStream(target, { flags: 'wx' }), { signal });
    const found = `sha512-${hash.digest('base64')}`;
    if (found !== integrity)
      throw new DownloadError(`expected ${integrity}, received ${found} (${bytes} bytes)`, { retry: bytes < maxBytes });
  } catch (error) {
    await rm(target, { force: true });
    if (error instanceof DownloadError) throw error;
    if (signal.aborted) throw new DownloadError(`not finished after ${totalMs / 1000} s`, { retry: false });
    throw connectionError(error as NodeJS.ErrnoException);
  }
}

/** What a failed connection or disk is told as. */
export function connectionError({ message, code = '' }: NodeJS.ErrnoException): DownloadError {
  const told = message || code || 'the connection failed';
  return isOfCertificate(code)
    ? new DownloadError(`${told}: give your network's certificates by NODE_EXTRA_CA_CERTS`, { retry: false })
    : new DownloadError(told, { retry: !isOfDisk(code) });
}

/** A network that opens TLS with a certificate of its own: asking again is of no use. */
function isOfCertificate(code: string): boolean {
  return /CERT|^UNABLE_TO_(GET|VERIFY)/.test(code);
}

function isOfDisk(code: string): boolean {
  return ['EACCES', 'EROFS', 'ENOSPC', 'EPERM', 'ENOENT', 'EEXIST', 'EDQUOT'].includes(code);
}

interface Way {
  readonly idleMs: number;
  readonly signal: AbortSignal;
  readonly env: Download['env'];
}

async function open(url: URL, way: Way, redirects: number): Promise<IncomingMessage> {
  const response = await request(url, way);
  const status = response.statusCode ?? 0;
  if (status === 200) return response;
  response.destroy();
  const next = response.headers.location;
  if (![301, 302, 303, 307, 308].includes(status) || next === undefined)
    throw new DownloadError(`the server answered ${status}`, { retry: status >= 500 || status === 429 });
  if (redirects === 0) throw new DownloadError(`more than ${REDIRECTS} redirects`, { retry: false });
  const target = new URL(next, url);
  if (url.protocol === 'https:' && target.protocol !== 'https:')
    throw new DownloadError('redirected from https to http', { retry: false });
  if (target.origin === url.origin) {
    target.username = url.username;
    target.password = url.password;
  }
  return open(target, way, redirects - 1);
}

function request(url: URL, { idleMs, signal, env }: Way): Promise<IncomingMessage> {
  const secure = url.protocol === 'https:';
  if (!secure && url.protocol !== 'http:')
    throw new DownloadError(`expected an http or https address, received ${url.protocol}`, { retry: false });
  const proxyEnv = env as NodeJS.ProcessEnv;
  const agent = secure ? new HttpsAgent({ proxyEnv }) : new HttpAgent({ proxyEnv });
  return new Promise((resolve, reject) => {
    const asked = (secure ? httpsGet : httpGet)(url, { agent, signal, timeout: idleMs }, (response) => {
      response.on('close', () => agent.destroy());
      resolve(response);
    });
    asked.on('timeout', () => asked.destroy(new DownloadError(`no byte for ${idleMs / 1000} s`, { retry: true })));
    asked.on('error', reject);
  });
}
