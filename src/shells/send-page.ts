import type { IncomingMessage, ServerResponse } from 'node:http';
import { pagePolicy } from '../bot/pages/page.ts';

export interface Sent {
  readonly status: number;
  readonly body: string;
  /** `text/html` unless said otherwise. */
  readonly type?: string;
  readonly policy?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Sends one answer that nobody keeps, frames, or takes for something else than it is. */
export function sendPage(response: ServerResponse, { status, body, type = 'text/html', policy, headers }: Sent): void {
  response
    .writeHead(status, {
      'content-type': `${type}; charset=utf-8`,
      'content-length': Buffer.byteLength(body),
      'content-security-policy': policy ?? pagePolicy(),
      'cache-control': 'private, no-store',
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      ...(headers as Record<string, string | string[]>),
    })
    .end(body);
}

/** Sends a browser on; by GET, whatever it came with. */
export function sendOn(response: ServerResponse, address: string, cookies: readonly string[] = []): void {
  const headers = { location: address, ...(cookies.length > 0 ? { 'set-cookie': cookies } : {}) };
  sendPage(response, { status: 303, body: '', headers });
}
