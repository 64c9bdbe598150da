import { once } from 'node:events';
import type { Server } from 'node:http';
import { createNodeMiddleware } from 'probot';
import { createApp } from '../app.ts';
import { CountersignError, messageOf } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import type { OperatedStore } from '../core/store.ts';
import { jobOf } from '../github/webhooks.ts';
import type { Ports } from '../ports.ts';
import { createHttpServer, WEBHOOK_PATH } from './http.ts';
import type { Log } from './log.ts';
import { createReviewing, type ServiceParts } from './reviewing.ts';
import type { Settings } from './settings.ts';
import { createSweeper, SWEEP_CLOCK, SWEEP_LIMITS, sweep } from './sweep.ts';

export type { ServiceParts } from './reviewing.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** How often the store is asked whether it is there. */
const WATCH_MS = 10_000;
/** How soon a sweep that failed is tried again. */
const SWEEP_RETRY_MS = 60_000;

/** How long what is not the ledger is kept: reviews of open pull requests, closed ones, marks of effects. Days. */
const RETENTION = { reviewDays: 90, closedPullRequestDays: 365, effectDays: 400 } as const;

export interface Service {
  /** `http://host:port` as bound. */
  readonly address: string;
  readonly ports: Ports;
  /** Takes no more work, lets what runs end, and closes everything. */
  stop(): Promise<void>;
}

/** Starts the whole service in this process: the door, the queue's workers, the sweep, and what they need. */
export async function startService(parts: ServiceParts): Promise<Service> {
  const { settings, credentials, store, log, now } = parts;
  const reviewing = createReviewing(parts, ({ status }) => {
    sweeper.heard('github', status !== null && status < 500);
  });
  const { api, host, ports, probot } = reviewing;
  const sweeper = createSweeper(
    async (signal, why) => {
      const outcome = await sweep({ api, host, store, limits: SWEEP_LIMITS, log, now }, signal);
      log('info', 'swept over open pull requests', { why, ...outcome });
    },
    { ...SWEEP_CLOCK, retryMs: SWEEP_RETRY_MS, log, now },
  );

  const app = createApp({
    jobOf: (event, payload, deliveryId) => jobOf(event, payload, deliveryId, { appId: credentials.appId }),
    send: (id: string, job: Job) => store.queue.send(id, job, { afterMs: 0 }),
    log,
  });
  const webhook = await createNodeMiddleware(app, { probot, webhooksPath: WEBHOOK_PATH });
  const server = createHttpServer({ webhook, isReady: () => store.ping().then(() => true) });
  const address = await listen(server, settings);
  await reviewing.begin();

  sweeper.start('start');
  const watch = setInterval(() => {
    store.ping().then(
      () => sweeper.heard('store', true),
      () => sweeper.heard('store', false),
    );
  }, WATCH_MS);
  const retention = setInterval(() => void retain(store, log), DAY_MS);
  watch.unref();
  retention.unref();

  return {
    address,
    ports,
    async stop() {
      clearInterval(watch);
      clearInterval(retention);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      await sweeper.stop();
      await reviewing.end();
      server.closeAllConnections();
      await closed;
      await store.close();
    },
  };
}

/** Starts a process that only takes work from the queue: no door, no sweep, no retention; those are the serving one's. */
export async function startWorker(parts: ServiceParts): Promise<{ stop(): Promise<void> }> {
  const reviewing = createReviewing(parts, () => undefined);
  await reviewing.begin();
  return {
    async stop() {
      await reviewing.end();
      await parts.store.close();
    },
  };
}

/** Deletes what is past its time, once a day; ledger rows stay. */
async function retain(store: OperatedStore, log: Log): Promise<void> {
  try {
    await store.retain(RETENTION);
  } catch (error) {
    log('error', 'old rows could not be deleted; it is tried again tomorrow', { error: messageOf(error) });
  }
}

async function listen(server: Server, { host, port }: Pick<Settings, 'host' | 'port'>): Promise<string> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new CountersignError(
      'bad-configuration',
      `Cannot listen on ${host}:${port}. Is it in use? Set PORT or HOST.`,
      {
        cause: error,
      },
    );
  }
  const bound = server.address();
  return `http://${host.includes(':') ? `[${host}]` : host}:${typeof bound === 'object' && bound !== null ? bound.port : port}`;
}
