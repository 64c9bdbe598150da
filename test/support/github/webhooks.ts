import { createHmac, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import type { Delivery, Json } from './types.ts';

/** Signs and sends what GitHub would send, in order, and remembers every delivery. */
export interface Webhooks {
  readonly deliveries: Delivery[];
  setUrl(url: string | null): void;
  url(): string | null;
  /** Sends in the background, after everything emitted before. */
  emit(event: string, payload: Json): void;
  send(event: string, payload: Json | string, options?: { id?: string; secret?: string }): Promise<number | null>;
  settled(): Promise<void>;
}

/** GitHub waits ten seconds for an answer; a machine that is several times slower than a server may take longer. */
const LONGEST_MS = 60_000;

/** Deliveries kept, with their bodies. */
const keptDeliveries = 4_000;

export function createWebhooks(first: string | undefined, ownSecret: string, events: readonly string[]): Webhooks {
  let url: string | null = first ?? null;
  let queue: Promise<unknown> = Promise.resolve();
  const deliveries: Delivery[] = [];

  async function send(
    event: string,
    payload: Json | string,
    { id = randomUUID(), secret = ownSecret }: { id?: string; secret?: string } = {},
  ): Promise<number | null> {
    const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
    const action = typeof payload === 'string' ? null : String(payload['action'] ?? '') || null;
    const started = performance.now();
    const at = url === null ? null : new Date().toISOString();
    const status = url === null ? null : await post(url, event, id, secret, body);
    if (deliveries.length >= keptDeliveries) deliveries.splice(0, keptDeliveries / 2);
    deliveries.push({ id, event, action, body, status, at, ms: performance.now() - started });
    return status;
  }

  return {
    deliveries,
    setUrl(next) {
      url = next;
    },
    url: () => url,
    emit(event, payload) {
      if (!events.includes(event)) return;
      // The state of this moment is what is sent, whatever happens before the send.
      const body = JSON.parse(JSON.stringify(payload)) as Json;
      queue = queue.then(() => send(event, body));
    },
    send,
    async settled() {
      let seen: Promise<unknown> | undefined;
      while (seen !== queue) {
        seen = queue;
        await seen;
      }
    },
  };
}

/** Null where nothing answers: GitHub shows such a delivery as failed and does not send it again. */
async function post(url: string, event: string, id: string, secret: string, body: string): Promise<number | null> {
  if (!url.startsWith('http:')) return null;
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'user-agent': 'GitHub-Hookshot/emulated',
    'x-github-event': event,
    'x-github-delivery': id,
    'x-github-hook-id': '1',
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  };
  return new Promise((resolve) => {
    // On a connection of its own: one that lies idle may be closed by the service just when it is used again.
    const sent = request(url, { method: 'POST', headers, agent: false, timeout: LONGEST_MS }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? null));
      answer.once('close', () => resolve(null));
    });
    sent.once('timeout', () => sent.destroy());
    sent.once('error', () => resolve(null));
    sent.end(body);
  });
}
