import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';

/** One webhook delivery as GitHub would send it. */
export interface Delivery {
  readonly event: string;
  /** `X-GitHub-Delivery`; one that was used before is a redelivery. */
  readonly id: string;
  readonly body: string;
}

/**
 * Sends deliveries at a steady rate a second, whatever the answers do, and gives the milliseconds that each
 * acknowledgement took. One that is refused ends the run.
 */
export async function sendAtRate(
  url: string,
  secret: string,
  deliveries: readonly Delivery[],
  rate: number,
): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 100 });
  const signed = deliveries.map((delivery) => ({
    ...delivery,
    signature: `sha256=${createHmac('sha256', secret).update(delivery.body).digest('hex')}`,
  }));
  const start = performance.now();
  const answers = signed.map(async (delivery, index) => {
    const due = start + (index * 1000) / rate;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    const sent = performance.now();
    const status = await post(url, agent, delivery);
    if (status !== 200 && status !== 202) throw new Error(`a delivery was answered with ${status}`);
    return performance.now() - sent;
  });
  try {
    return await Promise.all(answers);
  } finally {
    agent.destroy();
  }
}

/**
 * A server closes a connection that lies idle, and may do so in the moment in which it is used again: such a request was
 * never read, and goes out on a new one (Node documentation, `request.reusedSocket`). Its time runs on.
 */
async function post(url: string, agent: Agent, delivery: Delivery & { readonly signature: string }): Promise<number> {
  for (;;) {
    const status = await postOnce(url, agent, delivery);
    if (status !== 'closed while idle') return status;
  }
}

function postOnce(
  url: string,
  agent: Agent,
  { event, id, body, signature }: Delivery & { readonly signature: string },
): Promise<number | 'closed while idle'> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-github-event': event,
      'x-github-delivery': id,
      'x-hub-signature-256': signature,
    };
    const sent = request(url, { method: 'POST', agent, headers }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
    });
    sent.once('error', (error: NodeJS.ErrnoException) => {
      if (sent.reusedSocket && error.code === 'ECONNRESET') resolve('closed while idle');
      else reject(error);
    });
    sent.end(body);
  });
}

/** The value below which this part of them lies; `part` from 0 to 1. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
