import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';

/**
 * GitHub's side of the webhooks, in a process of its own: what it measures is the App, not the bench. Sends what its
 * parent hands it at once, and answers each with its status and milliseconds.
 */
export interface Sent {
  readonly url: string;
  readonly id: string;
  readonly body: string;
}

export interface Answered {
  readonly status: number;
  readonly milliseconds: number;
}

const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

function send({ url, id, body }: Sent, signature: string): Promise<Answered> {
  const headers = {
    ...{ 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    ...{ 'x-github-event': 'pull_request', 'x-github-delivery': id, 'x-hub-signature-256': signature },
  };
  return new Promise((resolve) => {
    const started = performance.now();
    const done = (status: number) => resolve({ status, milliseconds: performance.now() - started });
    const call = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume().once('end', () => done(response.statusCode!));
    });
    call.once('error', () => done(0));
    call.end(body);
  });
}

process.on('message', async ({ order, secret, sent }: { order: number; secret: string; sent: Sent[] }) => {
  const signatures = sent.map(({ body }) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
  // Signed before the first goes out: else the last to be signed would delay the answers to the others.
  process.send!({ order, answered: await Promise.all(sent.map((each, at) => send(each, signatures[at]!))) });
});
