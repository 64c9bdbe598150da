import { once } from 'node:events';
import type { Server } from 'node:http';
import { createNodeMiddleware, Probot } from 'probot';
import { createApp } from '../app.ts';
import { CountersignError, messageOf } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import type { EvidenceSource } from '../core/lookup.ts';
import type { OperatedStore } from '../core/store.ts';
import { createHost } from '../github/host.ts';
import { defaultObjectLimits } from '../github/objects.ts';
import { CountersignOctokit } from '../github/octokit.ts';
import { defaultRequestLimits, type OctokitLike } from '../github/request.ts';
import { defaultWalkLimits } from '../github/walk.ts';
import { jobOf } from '../github/webhooks.ts';
import type { Ports } from '../ports.ts';
import { work } from '../work.ts';
import { createEngine, waitMs } from './engine.ts';
import { createHttpServer, WEBHOOK_PATH } from './http.ts';
import type { Log } from './log.ts';
import { policyReader } from './policy.ts';
import { createPorts } from './ports.ts';
import type { Credentials, Settings } from './settings.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** How long what is not the ledger is kept: reviews of open pull requests, closed ones, marks of effects. Days. */
const RETENTION = { reviewDays: 90, closedPullRequestDays: 365, effectDays: 400 } as const;

/** Time for running work to end after SIGTERM; what is left goes back to the queue. */
const GRACE_MS = 25_000;

/** Requests at once of one installation: GitHub's own limit is 100 (REST, "Rate limits"), shared by all that the App does. */
const GITHUB_CONCURRENCY = 50;

export interface Service {
  /** `http://host:port` as bound. */
  readonly address: string;
  readonly ports: Ports;
  /** Takes no more work, lets what runs end, and closes everything. */
  stop(): Promise<void>;
}

export interface ServiceParts {
  readonly settings: Settings;
  readonly credentials: Credentials;
  readonly store: OperatedStore;
  readonly evidence: EvidenceSource;
  readonly log: Log;
  readonly now: () => number;
}

/** Starts the whole service in this process: the door, the queue's workers, and what they need. */
export async function startService(parts: ServiceParts): Promise<Service> {
  const { settings, credentials, store, log, now } = parts;
  const probot = new Probot({
    appId: credentials.appId,
    privateKey: credentials.privateKey,
    secret: credentials.webhookSecret,
    Octokit: CountersignOctokit,
    logLevel: settings.logLevel,
    ...(settings.apiUrl === null ? {} : { baseUrl: settings.apiUrl }),
  });
  const host = createHost(octokits(probot), {
    appId: credentials.appId,
    now,
    wait: waitMs,
    requests: { ...defaultRequestLimits, concurrency: GITHUB_CONCURRENCY },
    objects: defaultObjectLimits,
    walk: defaultWalkLimits,
  });
  const engine = createEngine(parts.evidence, now);
  const ports = createPorts({ ...engine, host, store, policy: policyReader(host, store, now), log });

  const app = createApp({
    jobOf: (event, payload, deliveryId) => jobOf(event, payload, deliveryId, { appId: credentials.appId }),
    send: (id: string, job: Job) => store.queue.send(id, job, { afterMs: 0 }),
    log,
  });
  const webhook = await createNodeMiddleware(app, { probot, webhooksPath: WEBHOOK_PATH });
  const server = createHttpServer({ webhook, isReady: () => store.ping().then(() => true) });
  const address = await listen(server, settings);
  const worker = await store.queue.work((queued, signal) => work(queued, ports, signal), {
    concurrency: settings.concurrency,
  });

  const retention = setInterval(() => void retain(store, log), DAY_MS);
  retention.unref();

  return {
    address,
    ports,
    async stop() {
      clearInterval(retention);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      await worker.stop(GRACE_MS);
      server.closeAllConnections();
      await closed;
      await engine.close();
      await store.close();
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

/** One Octokit for each installation: its token is fetched once and used until it runs out. */
function octokits(probot: Probot): (installationId: number) => Promise<OctokitLike> {
  const known = new Map<number, Promise<OctokitLike>>();
  return (installationId) => {
    const octokit = known.get(installationId) ?? probot.auth(installationId);
    known.set(installationId, octokit);
    octokit.catch(() => known.delete(installationId));
    return octokit;
  };
}

async function listen(server: Server, { host, port }: Settings): Promise<string> {
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
