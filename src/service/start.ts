import { once } from 'node:events';
import type { Server } from 'node:http';
import { createNodeMiddleware } from 'probot';
import { createApp } from '../app.ts';
import { CountersignError, messageOf } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import type { OperatedStore } from '../core/store.ts';
import { jobOf } from '../github/webhooks.ts';
import type { Ports } from '../ports.ts';
import { LOOK_LIMITS, lookAgain } from '../review/look-again.ts';
import { ALERT_LIMITS, createAlerter } from './alerts.ts';
import { createHttpServer, createMetricsServer, WEBHOOK_PATH } from './http.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { readinessOf } from './readiness.ts';
import { createReviewing, type ServiceParts } from './reviewing.ts';
import { scrubber, secretsOfApp } from './secrets.ts';
import type { Settings } from './settings.ts';
import type { SourceHealth } from './source-health.ts';
import { createSweeper, SWEEP_CLOCK, SWEEP_LIMITS, sweep } from './sweep.ts';

export type { ServiceParts } from './reviewing.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** After a start, so that a process that is restarted every day deletes too, and nothing that a start needs waits for it. */
const FIRST_RETENTION_MS = 10 * 60 * 1000;
/** How often the store is asked whether it is there. */
const WATCH_MS = 10_000;
/** How often it is looked for what is worth an alert. */
const ALERT_MS = 60_000;
/** How soon a sweep that failed is tried again. */
const SWEEP_RETRY_MS = 60_000;

/** How often remembered packages are looked at again. */
const LOOK_EVERY_MS = 15 * 60 * 1000;

/** How long what is not the ledger is kept: reviews of open pull requests, closed ones, marks of effects. Days. */
export const RETENTION = { reviewDays: 90, closedPullRequestDays: 365, watchedDays: 365, effectDays: 400 } as const;

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
  const reviewing = await createReviewing(parts, ({ status }) => {
    sweeper.heard('github', status !== null && status < 500);
  });
  const { api, host, metrics, ports, probot } = reviewing;
  const sweeper = createSweeper(
    async (signal, why) => {
      const outcome = await sweep({ api, host, store, limits: SWEEP_LIMITS, log, now }, signal);
      metrics.sweep(outcome.sent);
      log('info', 'swept over open pull requests', { why, ...outcome });
    },
    { ...SWEEP_CLOCK, retryMs: SWEEP_RETRY_MS, log, now },
  );

  const looker = createSweeper(
    async (signal) => {
      const outcome = await lookAgain(ports, LOOK_LIMITS, signal);
      metrics.look(outcome, await store.watched());
      if (outcome.names + outcome.versions > 0) log('info', 'looked again at remembered packages', { ...outcome });
    },
    { everyMs: LOOK_EVERY_MS, awayMs: Number.POSITIVE_INFINITY, retryMs: SWEEP_RETRY_MS, log, now },
  );

  const app = createApp({
    jobOf(event, payload, deliveryId) {
      const outcome = jobOf(event, payload, deliveryId, { appId: credentials.appId });
      metrics.delivery(event, outcome.kind === 'commit-job' ? 'job' : outcome.kind);
      return outcome;
    },
    sweep: () => sweeper.start('installation'),
    send: (id: string, job: Job) => store.queue.send(id, job, { afterMs: 0 }),
    log,
  });
  const webhook = await createNodeMiddleware(app, { probot, webhooksPath: WEBHOOK_PATH });
  const readiness = () => readinessOf(store, reviewing.health);
  const { token } = settings.metrics;
  const server = createHttpServer({
    webhook,
    readiness,
    answered(status, claimed) {
      metrics.answered(status);
      if (status >= 400) log('warn', 'a webhook was refused', { ...claimed, status, reason: reasonOf(status) });
    },
    ...(token === null ? {} : { metrics: { ...metrics, token } }),
  });
  const address = await listen(server, settings);
  const side = await startMetricsServer(parts, metrics, reviewing.health);
  const alerts = startAlerts(parts, reviewing.health, true);
  await reviewing.begin();

  sweeper.start('start');
  const answered = (who: 'store', there: boolean): void => {
    sweeper.heard(who, there);
    reviewing.health.heard(who, there);
  };
  looker.start('start');
  const watch = setInterval(() => {
    store.ping().then(
      () => answered('store', true),
      () => answered('store', false),
    );
  }, WATCH_MS);
  const retention = setInterval(() => void retain(store, log), DAY_MS);
  const firstRetention = setTimeout(() => void retain(store, log), FIRST_RETENTION_MS);
  for (const timer of [watch, retention, firstRetention]) timer.unref();

  return {
    address,
    ports,
    async stop() {
      clearInterval(watch);
      await alerts.stop();
      clearInterval(retention);
      clearTimeout(firstRetention);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      await Promise.all([sweeper.stop(), looker.stop()]);
      await reviewing.end();
      server.closeAllConnections();
      await closed;
      await side?.close();
      await store.close();
    },
  };
}

/** Starts a process that only takes work from the queue: no door, no sweep, no retention; those are the serving one's. */
export async function startWorker(parts: ServiceParts): Promise<{ stop(): Promise<void> }> {
  const reviewing = await createReviewing(parts, () => undefined);
  const side = await startMetricsServer(parts, reviewing.metrics, reviewing.health);
  const alerts = startAlerts(parts, reviewing.health, false);
  await reviewing.begin();
  return {
    async stop() {
      await alerts.stop();
      await reviewing.end();
      await side?.close();
      await parts.store.close();
    },
  };
}

function reasonOf(status: number): string {
  if (status === 400) return 'its signature is not of our secret, or its body is no JSON';
  if (status === 401) return 'it carries no signature';
  if (status === 413) return 'its body is longer than any of GitHub\u2019s';
  return status === 503
    ? 'too much was on its way in at once'
    : 'it could not be stored, and GitHub does not send it again';
}

/** Looks every minute for what an operator should know, where there is an address to tell it to. */
function startAlerts(
  { settings, credentials, store, log, now }: ServiceParts,
  health: SourceHealth,
  shared: boolean,
): { stop(): Promise<void> } {
  if (settings.alertUrl === null) return { stop: async () => undefined };
  const clean = scrubber([...settings.secrets, ...secretsOfApp(credentials)]);
  const alerter = createAlerter(settings.alertUrl, { store, health, limits: ALERT_LIMITS, log, now, shared, clean });
  let looking: Promise<void> | null = null;
  const timer = setInterval(() => {
    looking ??= alerter
      .look()
      .catch((error: unknown) => log('error', 'alerts could not be looked for', { error: messageOf(error) }))
      .finally(() => {
        looking = null;
      });
  }, ALERT_MS);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await looking;
    },
  };
}

/** The second port, where the operator asked for one. */
async function startMetricsServer(
  { settings, store, log }: ServiceParts,
  metrics: Metrics,
  health: SourceHealth,
): Promise<{ close(): Promise<void> } | null> {
  const { host, port, token } = settings.metrics;
  if (port === null) return null;
  const server = createMetricsServer({
    readiness: () => readinessOf(store, health),
    metrics: { ...metrics, token },
  });
  const address = await listen(server, { host, port });
  log('info', 'metrics are served', { address: `${address}/metrics` });
  return {
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Deletes what is past its time, once a day; ledger rows stay. */
async function retain(store: OperatedStore, log: Log): Promise<void> {
  try {
    log('info', 'deleted what is past its time', { ...(await store.retain(RETENTION)) });
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
      `Cannot listen on ${host}:${port}. Is it in use? Set PORT or HOST (for metrics COUNTERSIGN_METRICS_PORT).`,
      {
        cause: error,
      },
    );
  }
  const bound = server.address();
  return `http://${host.includes(':') ? `[${host}]` : host}:${typeof bound === 'object' && bound !== null ? bound.port : port}`;
}
