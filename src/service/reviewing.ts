import { Probot } from 'probot';
import { CountersignError, messageOf } from '../core/errors.ts';
import type { Job, QueuedJob } from '../core/job.ts';
import type { EvidenceSource } from '../core/lookup.ts';
import type { OperatedStore } from '../core/store.ts';
import { createHost, defaultHistoryLimits, type GitHubHost } from '../github/host.ts';
import { graphqlUrlOf } from '../github/merge-queue.ts';
import { defaultObjectLimits } from '../github/objects.ts';
import { CountersignOctokit } from '../github/octokit.ts';
import { defaultRequestLimits, type ObservedRequest, type OctokitLike } from '../github/request.ts';
import { defaultWalkLimits } from '../github/walk.ts';
import type { Ports } from '../ports.ts';
import { work } from '../work.ts';
import { type AppApi, createAppApi } from './app-api.ts';
import { folderOf, serviceCodeCache } from './code-cache.ts';
import { createEngine, waitMs } from './engine.ts';
import { createLogger, type Log } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { createWhereabouts, isHopeless, moved } from './moved.ts';
import { policyReader } from './policy.ts';
import { createPorts } from './ports.ts';
import { secretsOfApp } from './secrets.ts';
import type { Credentials, Settings } from './settings.ts';
import { createSourceHealth, type SourceHealth } from './source-health.ts';
import { type Reached, withSteps } from './steps.ts';
import { openTraces } from './traces.ts';

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
  /** OpenTelemetry's own variables are read from here. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Told of every step of every story; tests end the process there. */
  readonly reached?: Reached;
}

/** What reviews pull requests: the part that every process has, with a door in front of it or without. */
export interface Reviewing {
  readonly probot: Probot;
  readonly api: AppApi;
  readonly host: GitHubHost;
  readonly ports: Ports;
  readonly metrics: Metrics;
  readonly health: SourceHealth;
  /** Takes work from the queue. */
  begin(): Promise<void>;
  /** Takes no more work, and lets what runs end. */
  end(): Promise<void>;
}

/** Puts the reviewing part together; `observe` is told of every request to GitHub. */
export async function createReviewing(
  parts: ServiceParts,
  observe: (request: ObservedRequest) => void,
): Promise<Reviewing> {
  const { settings, credentials, store, log, now } = parts;
  const health = createSourceHealth(now);
  const metrics = createMetrics(store, now, health.heard);
  const traces = await openTraces(parts.env, log);
  const { probot, api, host } = createClients(settings, credentials, now, (request) => {
    metrics.request(request);
    traces.request(request);
    health.heard('github', request.status !== null && request.status < 500);
    observe(request);
  });
  const whereabouts = createWhereabouts(api, host, now);
  const codeCache = await serviceCodeCache(settings.dataFolder);
  if (codeCache.state === 'refused')
    log('info', 'inspecting processes start without a cache of compiled code', { reason: codeCache.reason });
  const engine = createEngine(parts.evidence, now, folderOf(codeCache));
  const watched = traces.watch(
    metrics.watch(createPorts({ ...engine, host, store, policy: policyReader(host, store, now), log })),
  );
  const ports = parts.reached === undefined ? watched : withSteps(watched, parts.reached);

  /** One job, timed, with its delivery, kind and place on every line that it logs. */
  async function handle(queued: QueuedJob, signal: AbortSignal): Promise<void> {
    const { kind, repository } = queued.job;
    const place = {
      delivery: queued.id,
      job: kind,
      repository: `${repository.owner}/${repository.name}`,
      pullRequest: 'pullRequest' in queued.job ? queued.job.pullRequest : null,
      headSha: headOf(queued.job),
      review: null,
    };
    let known = {};
    const own: Log = (level, message, fields) => log(level, message, { ...place, ...known, ...fields });
    const about: Ports['about'] = (found) => {
      known = { ...known, ...found };
      traces.note({ ...found });
    };
    const story = { ...ports, log: own, about };
    const started = performance.now();
    let outcome: 'done' | 'failed' = 'failed';
    try {
      await traces.job(kind, { delivery: queued.id, 'repository.id': repository.id }, async () => {
        await work(queued, story, signal).catch(async (error: unknown) => {
          const job = await moved(queued.job, error, { host, whereabouts });
          if (job === null) throw error;
          const { owner, name, installationId } = job.repository;
          own('info', 'the repository is in another place by now', { now: `${owner}/${name}`, installationId });
          await work({ ...queued, job }, story, signal);
        });
      });
      outcome = 'done';
      const ms = Math.round(performance.now() - started);
      own('info', signal.aborted ? 'a job gave way to a newer one' : 'a job is done', { ms });
    } catch (error) {
      const hopeless = !signal.aborted && isHopeless(error, queued);
      tellFailure(own, error, hopeless, signal);
      if (!hopeless) throw error;
    } finally {
      metrics.job(kind, signal.aborted ? 'aborted' : outcome, performance.now() - started);
    }
  }

  let worker: Awaited<ReturnType<OperatedStore['queue']['work']>> | null = null;
  return {
    probot,
    api,
    host,
    ports,
    metrics,
    health,
    async begin() {
      worker = await store.queue.work(handle, { concurrency: settings.concurrency });
    },
    async end() {
      await worker?.stop(GRACE_MS);
      await engine.close();
      await traces.close();
    },
  };
}

/** As far as the job itself names one; its story tells more. */
function headOf(job: Job): string | null {
  if (job.kind === 'pushed') return job.after;
  return 'headSha' in job ? job.headSha : null;
}

/** Told here, where the line names the job; the queue then tries it again. What nobody expected is told with its stack. */
function tellFailure(log: Log, error: unknown, hopeless: boolean, signal: AbortSignal): void {
  const reason = { error: messageOf(error) };
  if (hopeless) log('warn', 'a job was given up: GitHub refuses it', reason);
  else if (signal.aborted) log('info', 'a job was stopped, and comes again', { ...reason, why: String(signal.reason) });
  else if (error instanceof CountersignError) log('warn', 'a job failed, and is tried again', reason);
  else log('error', 'a job failed, and is tried again', { ...reason, err: error });
}

/** Everything that speaks to GitHub, as the App and as its installations. */
export function createClients(
  settings: Settings,
  credentials: Credentials,
  now: () => number,
  observe: (request: ObservedRequest) => void,
): {
  readonly probot: Probot;
  readonly api: AppApi;
  readonly host: GitHubHost;
  readonly octokit: (installationId: number) => Promise<OctokitLike>;
} {
  const probot = new Probot({
    appId: credentials.appId,
    privateKey: credentials.privateKey,
    secret: credentials.webhookSecret,
    Octokit: CountersignOctokit,
    log: createLogger(settings.logLevel, [...settings.secrets, ...secretsOfApp(credentials)]),
    ...(settings.apiUrl === null ? {} : { baseUrl: settings.apiUrl }),
  });
  const octokit = octokits(probot);
  const host = createHost(octokit, {
    appId: credentials.appId,
    now,
    wait: waitMs,
    requests: { ...defaultRequestLimits, concurrency: GITHUB_CONCURRENCY },
    objects: defaultObjectLimits,
    walk: defaultWalkLimits,
    graphqlUrl: graphqlUrlOf(settings.apiUrl),
    history: defaultHistoryLimits,
    observe,
  });
  return { probot, api: createAppApi(() => probot.auth(), now), host, octokit };
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
