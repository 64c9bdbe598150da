import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { SERVED_EVENTS } from '../app.ts';
import type { PackageEvidence } from '../core/evidence.ts';
import type { EvidenceSource } from '../core/lookup.ts';
import type { LedgerEntry, OperatedStore } from '../core/store.ts';
import type { ObservedRequest } from '../github/request.ts';
import type { Ports } from '../ports.ts';
import type { LookOutcome } from '../review/look-again.ts';
import type { SourceHealth } from './source-health.ts';
import { within } from './within.ts';

/** What Prometheus reads. Labels are words of ours, numbers of installations and names of sources; never text of a change. */
export interface Metrics {
  /** A delivery whose signature is right, and what it came to. */
  delivery(event: string, outcome: 'job' | 'ignored' | 'invalid'): void;
  /** The status with which the door answered a webhook: 401 counts wrong signatures. */
  answered(status: number): void;
  request(request: ObservedRequest): void;
  job(kind: string, outcome: 'done' | 'failed' | 'aborted', ms: number): void;
  sweep(sent: number): void;
  /** A look at remembered packages; `count` is how many are remembered now. */
  look(outcome: LookOutcome, count: Readonly<Record<'absent' | 'version', number>>): void;
  /** The same ports, with the time of each stage and each ledger entry counted. */
  watch(ports: Ports): Ports;
  /** The text of the exposition format. A store that does not answer leaves its gauges out and says so in `countersign_up`. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** Seconds: from an answer out of a cache to a review of a whole lockfile. */
const SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
/** For a scrape, in milliseconds: Prometheus itself gives up after ten seconds. */
const SCRAPE_MS = 5_000;

export function createMetrics(
  store: Pick<OperatedStore, 'queue'>,
  now: () => number,
  heard: SourceHealth['heard'],
): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = <T extends string>(name: string, help: string, labelNames: T[]) =>
    new Counter({ name: `countersign_${name}`, help, labelNames, registers });
  const gauge = <T extends string>(name: string, help: string, labelNames: T[]) =>
    new Gauge({ name: `countersign_${name}`, help, labelNames, registers });
  const seconds = <T extends string>(name: string, help: string, labelNames: T[]) =>
    new Histogram({ name: `countersign_${name}`, help, labelNames, buckets: SECONDS, registers });

  const deliveries = counter('deliveries_total', 'Signed deliveries by event and what they came to', [
    'event',
    'outcome',
  ]);
  const answers = counter('webhook_answers_total', 'Answers to webhook requests by HTTP status', ['status']);
  const requests = counter('github_requests_total', 'Requests to GitHub by HTTP status; 0 where no answer came', [
    'status',
  ]);
  const requestSeconds = seconds('github_request_seconds', 'Time of a request to GitHub', []);
  const quota = gauge('github_quota_remaining', 'Requests left in this hour, as GitHub last said', ['installation']);
  const jobs = seconds('job_seconds', 'Time of a job by kind and outcome', ['kind', 'outcome']);
  const stages = seconds('review_stage_seconds', 'Time of a stage of a review', ['stage']);
  const entries = counter('ledger_entries_total', 'Ledger entries asked for by this process, by type', ['type']);
  const verdicts = counter('verdicts_total', 'Verdicts by check-run conclusion', ['conclusion']);
  const signOffs = counter('signoffs_total', 'Sign-offs and what became of them', ['type']);
  const sources = counter('source_answers_total', 'Answers of evidence sources by state', ['source', 'state']);
  const lastAnswer = gauge('source_last_answer_timestamp_seconds', 'When a source last answered', ['source']);
  const lastFailure = gauge('source_last_failure_timestamp_seconds', 'When a source last did not answer', ['source']);
  const looks = counter('watch_looks_total', 'Remembered packages that were looked at again, and what came of it', [
    'outcome',
  ]);
  const watched = gauge('watched_packages', 'Packages that are looked at again, by why', ['kind']);
  const swept = counter('sweep_reviews_total', 'Reviews that sweeps asked for', []);
  const up = gauge('up', '1 while the store answers', []);
  const queue = gauge('queue_jobs', 'Jobs in the queue by state', ['state']);
  const oldest = gauge(
    'queue_oldest_waiting_seconds',
    'Age of the oldest job that could run now; 0 where none waits',
    [],
  );

  async function readQueue(): Promise<void> {
    try {
      const backlog = await within(store.queue.backlog(), SCRAPE_MS);
      up.set(1);
      for (const state of ['waiting', 'delayed', 'running', 'failed'] as const) queue.set({ state }, backlog[state]);
      oldest.set((backlog.oldestWaitingMs ?? 0) / 1000);
    } catch {
      // Old figures would look like a quiet queue: where the store does not answer there are none.
      up.set(0);
      queue.reset();
      oldest.reset();
    }
  }

  function timed<A extends readonly unknown[], R>(stage: string, act: (...given: A) => Promise<R>) {
    return async (...given: A): Promise<R> => {
      const end = stages.startTimer({ stage });
      try {
        return await act(...given);
      } finally {
        end();
      }
    };
  }

  function entered(entry: LedgerEntry): void {
    entries.inc({ type: entry.type });
    if (entry.type === 'verdict') verdicts.inc({ conclusion: conclusionOf(entry) });
    if (SIGNING.has(entry.type)) signOffs.inc({ type: entry.type });
  }

  function told({ source, registryEntry }: PackageEvidence): void {
    if (registryEntry.state === 'notApplicable') return;
    sources.inc({ source, state: registryEntry.state });
    (registryEntry.state === 'unavailable' ? lastFailure : lastAnswer).set({ source }, now() / 1000);
    heard(source, registryEntry.state !== 'unavailable');
  }

  /** A source that never gives advisories is not down. */
  function toldAdvisories(fact: PackageEvidence['advisories']): void {
    if (fact.state === 'notApplicable') return;
    if (fact.state !== 'unavailable') heard(fact.source, true);
    else if (fact.transient) heard(fact.source, false);
  }

  const counted = (evidence: EvidenceSource): EvidenceSource => {
    const gather = timed('evidence', evidence.gather.bind(evidence));
    return {
      registryHosts: evidence.registryHosts,
      async gather(changes, context) {
        const found = await gather(changes, context);
        // A review that was stopped asked nobody to the end: its gaps say nothing of the sources.
        if (context.signal.aborted) return found;
        for (const one of found) {
          told(one);
          toldAdvisories(one.advisories);
        }
        return found;
      },
      async advisories(changes, signal) {
        const found = await evidence.advisories(changes, signal);
        if (!signal.aborted) for (const fact of found) toldAdvisories(fact);
        return found;
      },
    };
  };

  return {
    contentType: registry.contentType,
    delivery: (event, outcome) => deliveries.inc({ event: knownEvent(event), outcome }),
    answered: (status) => answers.inc({ status }),
    request({ installationId, status, ms, remaining }) {
      requests.inc({ status: status ?? 0 });
      requestSeconds.observe(ms / 1000);
      if (remaining !== null) quota.set({ installation: installationId }, remaining);
    },
    job: (kind, outcome, ms) => jobs.observe({ kind, outcome }, ms / 1000),
    sweep: (sent) => swept.inc(sent),
    look({ names, versions, happened, unanswered }, count) {
      looks.inc({ outcome: 'happened' }, happened);
      looks.inc({ outcome: 'unanswered' }, unanswered);
      looks.inc({ outcome: 'nothing' }, names + versions - happened - unanswered);
      for (const kind of ['absent', 'version'] as const) watched.set({ kind }, count[kind]);
    },
    watch(ports) {
      const { host, store: kept, inspector } = ports;
      const { ledger } = kept;
      return {
        ...ports,
        changes: timed('dependencies', ports.changes),
        evidence: counted(ports.evidence),
        inspector: {
          inspect: timed('inspection', inspector.inspect.bind(inspector)),
          close: () => inspector.close(),
        },
        host: {
          ...host,
          snapshot: timed('files', host.snapshot.bind(host)),
          updateCheckRun: timed('check-run', host.updateCheckRun.bind(host)),
        },
        store: {
          ...kept,
          ledger: {
            ...ledger,
            async append(installationId, entry) {
              const head = await ledger.append(installationId, entry);
              entered(entry);
              return head;
            },
          },
        },
      };
    },
    async text() {
      await readQueue();
      return registry.metrics();
    },
  };
}

const SIGNING: ReadonlySet<string> = new Set<LedgerEntry['type']>([
  'sign-off-pending',
  'sign-off',
  'sign-off-refused',
  'refusal',
  'revocation',
  'break-glass',
  'lapse',
  'bypass',
]);

const EVENTS: ReadonlySet<string> = new Set(SERVED_EVENTS);

/** The event's name is not signed: whoever replays a delivery may write anything there, and each word would be a series. */
function knownEvent(event: string): string {
  return EVENTS.has(event) ? event : 'other';
}

function conclusionOf({ details }: LedgerEntry): string {
  const { conclusion } = details;
  return typeof conclusion === 'string' ? conclusion : 'unknown';
}
