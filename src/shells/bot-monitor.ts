import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Metrics } from '../adapters/metrics.ts';
import type { RunList } from '../adapters/run-list.ts';
import { sameText } from '../bot/same-text.ts';
import { sendPage } from './send-page.ts';

export interface BotMonitorOptions {
  readonly runs: Pick<RunList, 'depths' | 'counts'>;
  readonly metrics: Metrics;
  /** What must be shown to read the metrics; null: nothing. */
  readonly token: string | null;
  readonly closing: AbortSignal;
}

const PATIENCE_MS = 2000;

/** `/healthz`: the process answers. `/readyz`: it can work. `/metrics`: figures. Answers whether it was one of them. */
export function botMonitor({ runs, metrics, token, closing }: BotMonitorOptions) {
  const send = (response: ServerResponse, status: number, text: string, type = 'text/plain') =>
    sendPage(response, { status, body: text, type });
  const isReady = async (): Promise<string | null> => {
    if (closing.aborted) return 'closing';
    const asked = Promise.all([runs.depths(), runs.counts()]).then(
      () => null,
      () => 'the database does not answer',
    );
    return await Promise.race([asked, sleep(PATIENCE_MS, 'the database is slow', { ref: false })]);
  };
  return async (request: IncomingMessage, response: ServerResponse): Promise<boolean> => {
    const [path] = (request.url ?? '').split('?');
    if (path === '/healthz') send(response, 200, 'ok\n');
    else if (path === '/readyz') {
      const trouble = await isReady();
      send(response, trouble === null ? 200 : 503, `${trouble ?? 'ready'}\n`);
    } else if (path === '/metrics') {
      const [, shown = ''] = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? [];
      if (token !== null && !sameText(shown, token)) {
        const headers = { 'www-authenticate': 'Bearer' };
        sendPage(response, { status: 401, body: 'a token is needed\n', type: 'text/plain', headers });
      } else
        sendPage(response, {
          ...{ status: 200, body: await metrics.text(), type: 'text/plain' },
          headers: { 'content-type': metrics.contentType },
        });
    } else return false;
    return true;
  };
}
