import { Probot } from 'probot';
import type { EvidenceSource } from '../core/lookup.ts';
import type { OperatedStore } from '../core/store.ts';
import { createHost, type GitHubHost } from '../github/host.ts';
import { defaultObjectLimits } from '../github/objects.ts';
import { CountersignOctokit } from '../github/octokit.ts';
import { defaultRequestLimits, type ObservedRequest, type OctokitLike } from '../github/request.ts';
import { defaultWalkLimits } from '../github/walk.ts';
import type { Ports } from '../ports.ts';
import { work } from '../work.ts';
import { type AppApi, createAppApi } from './app-api.ts';
import { createEngine, waitMs } from './engine.ts';
import type { Log } from './log.ts';
import { policyReader } from './policy.ts';
import { createPorts } from './ports.ts';
import type { Credentials, Settings } from './settings.ts';

/** Time for running work to end after SIGTERM; what is left goes back to the queue. */
const GRACE_MS = 25_000;

/** Requests at once of one installation: GitHub's own limit is 100 (REST, "Rate limits"), shared by all that the App does. */
const GITHUB_CONCURRENCY = 50;

export interface ServiceParts {
  readonly settings: Settings;
  readonly credentials: Credentials;
  readonly store: OperatedStore;
  readonly evidence: EvidenceSource;
  readonly log: Log;
  readonly now: () => number;
}

/** What reviews pull requests: the part that every process has, with a door in front of it or without. */
export interface Reviewing {
  readonly probot: Probot;
  readonly api: AppApi;
  readonly host: GitHubHost;
  readonly ports: Ports;
  /** Takes work from the queue. */
  begin(): Promise<void>;
  /** Takes no more work, and lets what runs end. */
  end(): Promise<void>;
}

/** Puts the reviewing part together; `observe` is told of every request to GitHub. */
export function createReviewing(parts: ServiceParts, observe: (request: ObservedRequest) => void): Reviewing {
  const { settings, credentials, store, log, now } = parts;
  const probot = createProbot(settings, credentials);
  const host = createHost(octokits(probot), {
    appId: credentials.appId,
    now,
    wait: waitMs,
    requests: { ...defaultRequestLimits, concurrency: GITHUB_CONCURRENCY },
    objects: defaultObjectLimits,
    walk: defaultWalkLimits,
    observe,
  });
  const engine = createEngine(parts.evidence, now);
  const ports = createPorts({ ...engine, host, store, policy: policyReader(host, store, now), log });
  let worker: Awaited<ReturnType<OperatedStore['queue']['work']>> | null = null;
  return {
    probot,
    api: createAppApi(() => probot.auth(), now),
    host,
    ports,
    async begin() {
      worker = await store.queue.work((queued, signal) => work(queued, ports, signal), {
        concurrency: settings.concurrency,
      });
    },
    async end() {
      await worker?.stop(GRACE_MS);
      await engine.close();
    },
  };
}

export function createProbot(settings: Pick<Settings, 'apiUrl' | 'logLevel'>, credentials: Credentials): Probot {
  return new Probot({
    appId: credentials.appId,
    privateKey: credentials.privateKey,
    secret: credentials.webhookSecret,
    Octokit: CountersignOctokit,
    logLevel: settings.logLevel,
    ...(settings.apiUrl === null ? {} : { baseUrl: settings.apiUrl }),
  });
}

/** One Octokit for each installation: its token is fetched once and used until it runs out. */
export function octokits(probot: Probot): (installationId: number) => Promise<OctokitLike> {
  const known = new Map<number, Promise<OctokitLike>>();
  return (installationId) => {
    const octokit = known.get(installationId) ?? probot.auth(installationId);
    known.set(installationId, octokit);
    octokit.catch(() => known.delete(installationId));
    return octokit;
  };
}
